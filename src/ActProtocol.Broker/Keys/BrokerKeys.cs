using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Broker.Keys;

/// <summary>The broker's separate keys: for receipts, for stream challenges, and its operator's.</summary>
public sealed class BrokerKeys
{
    BrokerKeys(SigningKey receipt, SigningKey challenge, IReadOnlyDictionary<string, (VerifyingKey, OperatorRoles)> operators) =>
        (Receipt, Challenge, Operators) = (receipt, challenge, operators);

    public SigningKey Receipt { get; }

    public SigningKey Challenge { get; }

    /// <summary>Operators by id.</summary>
    public IReadOnlyDictionary<string, (VerifyingKey Key, OperatorRoles Roles)> Operators { get; }

    /// <summary>Reads the keys of a folder; makes those that are missing, readable by their owner alone.</summary>
    /// <param name="mayCreate">False once records were signed for with them: then a key that is missing is one that was lost.</param>
    public static BrokerKeys LoadOrCreate(string folder, string authority, bool mayCreate = true)
    {
        System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFolder.Sync(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        var @operator = LoadOrCreate(Path.Combine(folder, "operator.key"), mayCreate);
        var operators = new Dictionary<string, (VerifyingKey, OperatorRoles)>
        {
            [ActId.Of(authority, "operator")] = (@operator.PublicKey, OperatorRoles.Fund | OperatorRoles.Rules | OperatorRoles.Keys | OperatorRoles.View),
        };
        return new BrokerKeys(LoadOrCreate(Path.Combine(folder, "receipt.key"), mayCreate), LoadOrCreate(Path.Combine(folder, "challenge.key"), mayCreate), operators);
    }

    static SigningKey LoadOrCreate(string path, bool mayCreate)
    {
        if (File.Exists(path))
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length == 2 * SigningKey.SeedLength
                ? SigningKey.FromSeed(Convert.FromHexString(text))
                : throw new FormatException($"'{path}' holds no key: 64 hexadecimal digits are expected.");
        }
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
}
