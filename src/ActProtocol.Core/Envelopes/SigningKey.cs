using NSec.Cryptography;

namespace ActProtocol.Envelopes;

/// <summary>Signs for an id. A key in a file is one; a callback to an HSM is another.</summary>
public interface ISigner
{
    /// <summary>The public half.</summary>
    VerifyingKey PublicKey { get; }

    /// <summary>Ed25519 over the bytes given; 64 bytes.</summary>
    byte[] Sign(ReadOnlySpan<byte> signedBytes);

    /// <summary>The same where signing takes a call over the network, as with an HSM.</summary>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> signedBytes, CancellationToken cancellationToken) => ValueTask.FromResult(Sign(signedBytes.Span));
}

/// <summary>An Ed25519 private key in memory.</summary>
public sealed class SigningKey : ISigner, IDisposable
{
    public const int SeedLength = 32;

    readonly Key _key;

    SigningKey(Key key)
    {
        _key = key;
        PublicKey = VerifyingKey.TryImport(key.PublicKey.Export(KeyBlobFormat.RawPublicKey))!;
    }

    public VerifyingKey PublicKey { get; }

    public static SigningKey Create() =>
        new(Key.Create(SignatureAlgorithm.Ed25519, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>The key of an RFC 8032 seed.</summary>
    /// <param name="seed">32 bytes.</param>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed) => new(Key.Import(
        SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>32 bytes that are the key: to be kept as such.</summary>
    public byte[] ExportSeed() => _key.Export(KeyBlobFormat.RawPrivateKey);

    public byte[] Sign(ReadOnlySpan<byte> signedBytes) => SignatureAlgorithm.Ed25519.Sign(_key, signedBytes);

    public void Dispose() => _key.Dispose();
}
