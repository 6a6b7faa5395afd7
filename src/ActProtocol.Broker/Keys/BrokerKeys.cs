using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;

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
    public static BrokerKeys LoadOrCreate(string folder, string authority)
    {
        System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var @operator = LoadOrCreate(Path.Combine(folder, "operator.key"));
        var operators = new Dictionary<string, (VerifyingKey, OperatorRoles)>
        {
            [ActId.Of(authority, "operator")] = (@operator.PublicKey, OperatorRoles.Fund | OperatorRoles.Rules | OperatorRoles.Keys | OperatorRoles.View),
        };
        return new BrokerKeys(LoadOrCreate(Path.Combine(folder, "receipt.key")), LoadOrCreate(Path.Combine(folder, "challenge.key")), operators);
    }

    static SigningKey LoadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length == 2 * SigningKey.SeedLength
                ? SigningKey.FromSeed(Convert.FromHexString(text))
                : throw new FormatException($"'{path}' holds no key: 64 hexadecimal digits are expected.");
        }
        var key = SigningKey.Create();
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.ExportSeed())));
        file.Flush(flushToDisk: true);
        return key;
    }
}
