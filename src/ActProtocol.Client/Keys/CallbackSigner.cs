using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Signs with a key that is elsewhere: in an HSM, in another process, behind a network.</summary>
/// <param name="publicKey">The public half of that key.</param>
/// <param name="sign">Ed25519 over the bytes given: 64 bytes.</param>
/// <remarks>Each signature is checked before it is used: one that does not hold would be refused everywhere, with nothing that says why.</remarks>
public sealed class CallbackSigner(VerifyingKey publicKey, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign) : ISigner
{
    /// <inheritdoc/>
    public VerifyingKey PublicKey { get; } = publicKey;

    /// <summary>Blocks until the callback has signed.</summary>
    /// <exception cref="InvalidOperationException">The signature does not hold for the public key.</exception>
    public byte[] Sign(ReadOnlySpan<byte> signedBytes) => SignAsync(signedBytes.ToArray(), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The signature does not hold for the public key.</exception>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> signedBytes, CancellationToken cancellationToken)
    {
        var signature = await sign(signedBytes, cancellationToken);
        return PublicKey.Verify(signedBytes.Span, signature)
            ? signature
            : throw new InvalidOperationException($"The signing callback gave a signature that does not hold for the key {PublicKey.Thumbprint}: is it the right key, and Ed25519 without pre-hashing?");
    }
}
