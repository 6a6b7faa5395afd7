using System.Buffers.Text;
using System.Text.Json;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Broker.Keys;

/// <summary>The broker's separate keys: for receipts, for stream challenges, and those of its operators.</summary>
/// <remarks>
/// The folder holds <c>receipt.key</c>, <c>challenge.key</c> and <c>operator.key</c> (64 hexadecimal digits each; made with the data folder),
/// <c>operators/NAME.json</c> (<c>{"x": public key as base64url, "roles": ["fund", "rules", "keys", "view"]}</c>) for operators that keep their own keys,
/// and <c>published.json</c>, which remembers every key ever used and for how long. To rotate a key, rename its file from <c>.key</c> to <c>.retired</c> and start
/// the broker again: a new one is made, and the old one stays published with the end of its validity, so that what it signed can be checked for ever. With a file
/// in <c>operators</c>, <c>operator.key</c> need not be.
/// </remarks>
public sealed class BrokerKeys
{
    BrokerKeys(SigningKey receipt, SigningKey challenge, IReadOnlyDictionary<string, (VerifyingKey, OperatorRoles)> operators, IReadOnlyList<PublishedKey> published) =>
        (Receipt, Challenge, Operators, Published) = (receipt, challenge, operators, published);

    public SigningKey Receipt { get; }

    public SigningKey Challenge { get; }

    /// <summary>Operators by id.</summary>
    public IReadOnlyDictionary<string, (VerifyingKey Key, OperatorRoles Roles)> Operators { get; }

    /// <summary>Present and retired keys, oldest first.</summary>
    public IReadOnlyList<PublishedKey> Published { get; }

    /// <summary>Reads the keys of a folder; makes those that are missing, readable by their owner alone; retires those that are gone.</summary>
    /// <param name="mayCreate">False once records were signed for with them: then a key that is missing, and was not retired, is one that was lost.</param>
    /// <exception cref="FormatException">A file holds no key, or is missing; says which.</exception>
    public static BrokerKeys LoadOrCreate(string folder, string authority, TimeProvider time, bool mayCreate = true)
    {
        System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFolder.Sync(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        var list = Path.Combine(folder, "published.json");
        var known = PublishedKeys.Read(list);
        var (receipt, challenge) = (Load("receipt"), Load("challenge"));
        var operators = LoadOperators(folder, authority, () => Load("operator"));
        List<PublishedKey> present = [PublishedKey.Of("receipt", receipt.PublicKey), PublishedKey.Of("challenge", challenge.PublicKey)];
        present.AddRange(operators.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => PublishedKey.Of("operator", pair.Value.Key, pair.Key, pair.Value.Roles)));
        return new BrokerKeys(receipt, challenge, operators, PublishedKeys.Update(list, known, present, time.GetUtcNow().ToUnixTimeMilliseconds()));

        SigningKey Load(string use) => LoadOrCreate(Path.Combine(folder, $"{use}.key"), mayCreate || WasRetired(Path.Combine(folder, $"{use}.retired"), use, known));
    }

    // Said by whoever renamed it: the key that was in use until now is the one that is to be replaced.
    static bool WasRetired(string path, string use, IReadOnlyList<PublishedKey> known)
    {
        if (!File.Exists(path)) return false;
        using var key = Read(path);
        return known.Any(published => published.UntilMs == 0 && published.Use == use && published.X == Base64Url.EncodeToString(key.PublicKey.Bytes.Span));
    }

    static Dictionary<string, (VerifyingKey Key, OperatorRoles Roles)> LoadOperators(string folder, string authority, Func<SigningKey> own)
    {
        Dictionary<string, (VerifyingKey, OperatorRoles)> operators = [];
        var others = Path.Combine(folder, "operators");
        foreach (var path in System.IO.Directory.Exists(others) ? System.IO.Directory.GetFiles(others, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            operators[ActId.Of(authority, Path.GetFileNameWithoutExtension(path))] = ReadOperator(path);
        }
        if (operators.Count == 0 || File.Exists(Path.Combine(folder, "operator.key")))
        {
            operators.TryAdd(ActId.Of(authority, "operator"), (own().PublicKey, OperatorRoles.Fund | OperatorRoles.Rules | OperatorRoles.Keys | OperatorRoles.View));
        }
        return operators;
    }

    static (VerifyingKey, OperatorRoles) ReadOperator(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize<OperatorFile>(File.ReadAllText(path), JsonSerializerOptions.Strict)!;
            var roles = file.roles.Aggregate(OperatorRoles.None, (all, role) => all | Enum.Parse<OperatorRoles>(role, ignoreCase: true));
            return (VerifyingKey.TryImport(Base64Url.DecodeFromChars(file.x)) ?? throw new FormatException("x is no Ed25519 public key"), roles);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentException)
        {
            throw new FormatException($"'{path}' names no operator: {fault.Message}", fault);
        }
    }

    static SigningKey LoadOrCreate(string path, bool mayCreate)
    {
        if (File.Exists(path)) return Read(path);
        if (!mayCreate) throw new FormatException($"'{path}' is missing, and the journal beside it was written with it. Restore a complete copy of the folder.");
        var key = SigningKey.Create();
        // Whole and durable before it signs anything: first under another name, then under its own.
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.ExportSeed())));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path);
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
        return key;
    }

    static SigningKey Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        return text.Length == 2 * SigningKey.SeedLength && text.All(char.IsAsciiHexDigit)
            ? SigningKey.FromSeed(Convert.FromHexString(text))
            : throw new FormatException($"'{path}' holds no key: 64 hexadecimal digits are expected.");
    }

    // Names as they stand in the file.
    sealed record OperatorFile(string x, string[] roles);
}
