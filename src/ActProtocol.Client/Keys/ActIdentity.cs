using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>An id and the key that signs for it.</summary>
/// <param name="Id">Of an agent, a principal or an operator.</param>
/// <param name="Principal">The principal it acts for; a principal's own id.</param>
/// <param name="Signer">A key from a file (<see cref="KeyFile"/>), or a callback (<see cref="CallbackSigner"/>).</param>
public sealed record ActIdentity(string Id, string Principal, ISigner Signer)
{
    /// <summary>The bucket of the account that its principal holds.</summary>
    public uint Home { get; } = (uint)ActId.BucketOf(Principal);

    /// <summary>Reads a key file; makes it, for its owner alone, when there is none.</summary>
    /// <param name="passphrase">With one the key lies encrypted in the file.</param>
    /// <exception cref="UnauthorizedAccessException">Others may read the file, or the passphrase is wrong or missing.</exception>
    /// <exception cref="FormatException">It is no key file, or it is damaged.</exception>
    public static ActIdentity LoadOrCreate(string path, string id, string principal, string? passphrase = null) =>
        File.Exists(path) ? KeyFile.Load(path, passphrase) : KeyFile.Create(path, id, principal, passphrase);
}
