using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActProtocol.Envelopes;
using NSec.Cryptography;

namespace ActProtocol.Client;

/// <summary>A key in a file that its owner alone may read: JSON, with the seed as it is, or encrypted by a passphrase.</summary>
/// <remarks>Argon2id makes a key of the passphrase, XChaCha20-Poly1305 encrypts the seed and covers everything else in the file. A digest over
/// the file tells damage from a wrong passphrase; it keeps no secret and guards against no attacker, which the encryption does.</remarks>
public static class KeyFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // RFC 9106 section 4, second recommended option: 64 MiB, 3 passes. A file may say more, up to what a small machine bears.
    const int MemoryKib = 64 * 1024;
    const int Passes = 3;
    const int MemoryKibMax = 1024 * 1024;
    const int PassesMax = 16;

    static readonly AeadAlgorithm Cipher = AeadAlgorithm.XChaCha20Poly1305;

    /// <summary>Makes a new key and its file.</summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static ActIdentity Create(string path, string id, string principal, string? passphrase = null)
    {
        var key = SigningKey.Create();
        var seed = key.ExportSeed();
        try
        {
            var stored = passphrase is null ? new Stored(id, principal) { Seed = Convert.ToHexStringLower(seed) } : Encrypt(new Stored(id, principal), seed, passphrase);
            // Under another name until it is whole, so that nobody reads half a key, and none stays behind.
            var fresh = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
            using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                JsonSerializer.Serialize(file, stored with { Check = CheckOf(stored) }, Format);
                file.Flush(flushToDisk: true);
            }
            Publish(fresh, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
        return new ActIdentity(id, principal, key);
    }

    /// <summary>Reads a key from its file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">Others may read the file, or the passphrase is wrong or missing.</exception>
    /// <exception cref="FormatException">It is no key file, or it is damaged.</exception>
    public static ActIdentity Load(string path, string? passphrase = null)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no key file '{path}'.");
        if ((File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new UnauthorizedAccessException($"'{path}' may be read by others: run 'chmod 600 {path}'.");
        }
        var stored = Read(path);
        var seed = stored.Seed is { } plain ? Hex(path, plain, SigningKey.SeedLength) : Decrypt(path, stored, passphrase);
        try
        {
            return new ActIdentity(stored.Id, stored.Principal, SigningKey.FromSeed(seed));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    static void Publish(string fresh, string path)
    {
        try
        {
            File.Move(fresh, path, overwrite: false);
            Durable.FlushFolderOf(path);
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    }

    static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    static Stored Read(string path)
    {
        Stored? stored;
        try
        {
            stored = JsonSerializer.Deserialize<Stored>(File.ReadAllText(path), Format);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"'{path}' is no key file: {fault.Message}", fault);
        }
        if (stored is null || !ActId.IsValid(stored.Id ?? "") || !ActId.IsValid(stored.Principal ?? "") || (stored.Seed is null) == (stored.Sealed is null))
        {
            throw new FormatException($"'{path}' is no key file: Id, Principal, and Seed or Sealed are expected.");
        }
        return stored.Check is null || stored.Check == CheckOf(stored)
            ? stored
            : throw new FormatException($"'{path}' is damaged: it was changed since it was written. Restore it from a copy.");
    }

    static Stored Encrypt(Stored stored, byte[] seed, string passphrase)
    {
        var (salt, nonce) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(Cipher.NonceSize));
        stored = stored with { Kdf = "argon2id", MemoryKib = MemoryKib, Passes = Passes, Salt = Convert.ToHexStringLower(salt), Nonce = Convert.ToHexStringLower(nonce) };
        using var key = KeyOf(passphrase, salt, MemoryKib, Passes);
        return stored with { Sealed = Convert.ToHexStringLower(Cipher.Encrypt(key, nonce, CoveredBy(stored), seed)) };
    }

    static byte[] Decrypt(string path, Stored stored, string? passphrase)
    {
        if (passphrase is null) throw new UnauthorizedAccessException($"'{path}' is encrypted: give its passphrase.");
        if (stored.Kdf != "argon2id" || stored.MemoryKib is < 8 or > MemoryKibMax or null || stored.Passes is < 1 or > PassesMax or null)
        {
            throw new FormatException($"'{path}' is encrypted in a way that is not known here.");
        }
        var (salt, nonce) = (Hex(path, stored.Salt, 16), Hex(path, stored.Nonce, Cipher.NonceSize));
        using var key = KeyOf(passphrase, salt, stored.MemoryKib.Value, stored.Passes.Value);
        return Cipher.Decrypt(key, nonce, CoveredBy(stored), Hex(path, stored.Sealed, SigningKey.SeedLength + Cipher.TagSize))
            ?? throw new UnauthorizedAccessException($"The passphrase for '{path}' is wrong.");
    }

    static Key KeyOf(string passphrase, byte[] salt, int memoryKib, int passes)
    {
        var argon = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = memoryKib, NumberOfPasses = passes });
        return argon.DeriveKey(passphrase, salt, Cipher);
    }

    static byte[] CoveredBy(Stored stored) => Encoding.UTF8.GetBytes(string.Join('\n', "act.key-file.v1", stored.Id, stored.Principal, stored.Kdf, stored.MemoryKib, stored.Passes));

    static string CheckOf(Stored stored) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(stored with { Check = null }, Format)).AsSpan(0, 8));

    static byte[] Hex(string path, string? text, int length)
    {
        try
        {
            if (text is not null && Convert.FromHexString(text) is var bytes && bytes.Length == length) return bytes;
        }
        catch (FormatException)
        {
            // Told below.
        }
        throw new FormatException($"'{path}' is no key file: {length} bytes in hexadecimal digits are expected.");
    }

    sealed record Stored(string Id, string Principal)
    {
        public string? Seed { get; init; }

        public string? Kdf { get; init; }

        public int? MemoryKib { get; init; }

        public int? Passes { get; init; }

        public string? Salt { get; init; }

        public string? Nonce { get; init; }

        public string? Sealed { get; init; }

        public string? Check { get; init; }
    }
}
