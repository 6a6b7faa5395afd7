using System.Buffers.Text;
using System.Text.Json;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Broker.Keys;

/// <summary>A public key of the broker, and for how long it was used.</summary>
/// <param name="Use">receipt, challenge or operator.</param>
/// <param name="X">The key as base64url.</param>
/// <param name="Operator">The operator's id; empty for the broker's own keys.</param>
/// <param name="UntilMs">0: it is in use.</param>
public sealed record PublishedKey(string Use, string X, string Operator, IReadOnlyList<string> Roles, long FromMs, long UntilMs)
{
    public static PublishedKey Of(string use, VerifyingKey key, string @operator = "", OperatorRoles roles = OperatorRoles.None) => new(
        use, Base64Url.EncodeToString(key.Bytes.Span), @operator,
        [.. Enum.GetValues<OperatorRoles>().Where(role => role is not OperatorRoles.None && roles.HasFlag(role)).Select(role => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString()))],
        0, 0);

    public bool IsSame(PublishedKey other) => Use == other.Use && X == other.X && Operator == other.Operator && Roles.SequenceEqual(other.Roles);
}

/// <summary>The file that remembers all keys ever used.</summary>
static class PublishedKeys
{
    static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Enters keys that are new, and ends those that are not present any more.</summary>
    public static IReadOnlyList<PublishedKey> Update(string path, IReadOnlyList<PublishedKey> known, IReadOnlyList<PublishedKey> present, long nowMs)
    {
        List<PublishedKey> all = [.. known.Select(key => key.UntilMs == 0 && !present.Any(key.IsSame) ? key with { UntilMs = nowMs } : key)];
        all.AddRange(present.Where(key => !all.Any(old => old.UntilMs == 0 && old.IsSame(key))).Select(key => key with { FromMs = nowMs }));
        if (all.Count != known.Count || all.Zip(known).Any(pair => pair.First.UntilMs != pair.Second.UntilMs)) Write(path, all);
        return all;
    }

    /// <summary>What is known so far; nothing without a file.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static IReadOnlyList<PublishedKey> Read(string path)
    {
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<List<PublishedKey>>(File.ReadAllText(path), Format) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"'{path}' does not list the broker's keys: {fault.Message} Restore it from a copy; without it retired keys are not published.", fault);
        }
    }

    // Whole or not at all.
    static void Write(string path, List<PublishedKey> all)
    {
        var next = $"{path}.new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, all, Format);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
    }
}
