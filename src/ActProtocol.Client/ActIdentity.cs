using System.Text.Json;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>An id and the key that signs for it.</summary>
/// <param name="Id">Of an agent, a principal or an operator.</param>
/// <param name="Principal">The principal it acts for; a principal's own id.</param>
public sealed record ActIdentity(string Id, string Principal, ISigner Signer)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The bucket of the account that its principal holds.</summary>
    public uint Home { get; } = (uint)ActId.BucketOf(Principal);

    /// <summary>Reads a key file; makes it, for its owner alone, when there is none.</summary>
    /// <exception cref="UnauthorizedAccessException">Others may read the file.</exception>
    /// <exception cref="FormatException">It is no key file.</exception>
    public static ActIdentity LoadOrCreate(string path, string id, string principal)
    {
        if (!File.Exists(path))
        {
            var key = SigningKey.Create();
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            JsonSerializer.Serialize(file, new KeyFile(id, principal, Convert.ToHexStringLower(key.ExportSeed())));
            file.Flush(flushToDisk: true);
            return new ActIdentity(id, principal, key);
        }
        if ((File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new UnauthorizedAccessException($"'{path}' may be read by others: run 'chmod 600 {path}'.");
        }
        return Parse(path);
    }

    static ActIdentity Parse(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<KeyFile>(File.ReadAllText(path))!;
            return new ActIdentity(read.Id, read.Principal, SigningKey.FromSeed(Convert.FromHexString(read.Seed)));
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentNullException)
        {
            throw new FormatException($"'{path}' is no key file: {fault.Message}", fault);
        }
    }

    sealed record KeyFile(string Id, string Principal, string Seed);
}
