using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text.Json;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Which broker a client means, and the keys it takes its word by.</summary>
/// <param name="Id">The broker's id, <c>act://authority/broker</c>.</param>
/// <param name="ReceiptKeys">Keys that sign records' proofs.</param>
/// <param name="ChallengeKeys">Keys that sign the challenges of streams.</param>
public sealed record BrokerInfo(string Id, IReadOnlyList<VerifyingKey> ReceiptKeys, IReadOnlyList<VerifyingKey> ChallengeKeys)
{
    static readonly TimeSpan FetchWithin = TimeSpan.FromSeconds(10);

    /// <summary>Keys of the broker's operators by their ids. Operators stand in no directory, so what they sign is checked by these.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<VerifyingKey>> Operators { get; init; } = new Dictionary<string, IReadOnlyList<VerifyingKey>>();

    /// <summary>Reads <c>/.well-known/act.json</c> once; keep the result, since trust should not be fetched anew each time.</summary>
    /// <param name="address">For example <c>http://127.0.0.1:7401</c>.</param>
    public static async Task<BrokerInfo> FetchAsync(string address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = FetchWithin };
        return Parse(await http.GetFromJsonAsync<JsonElement>("/.well-known/act.json", cancellationToken));
    }

    /// <summary>Reads a saved document; when there is none yet and an address is given, fetches it from there and saves it.</summary>
    /// <exception cref="FileNotFoundException">There is no file, and no address to fetch it from.</exception>
    /// <exception cref="FormatException">It describes no broker.</exception>
    public static BrokerInfo LoadOrFetch(string path, string? address)
    {
        if (!File.Exists(path))
        {
            if (address is null) throw new FileNotFoundException($"There is no file '{path}' with the broker's keys: save the broker's /.well-known/act.json there.");
            using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = FetchWithin };
            using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, "/.well-known/act.json")).EnsureSuccessStatusCode();
            using var read = new StreamReader(answer.Content.ReadAsStream());
            var text = read.ReadToEnd();
            var info = ParseText(path, text);
            File.WriteAllText($"{path}.new", text);
            File.Move($"{path}.new", path, overwrite: true);
            return info;
        }
        return ParseText(path, File.ReadAllText(path));
    }

    /// <summary>Reads the same document from a file or elsewhere.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static BrokerInfo Parse(JsonElement document)
    {
        try
        {
            var keys = document.GetProperty("keys").GetProperty("keys").EnumerateArray().ToList();
            return new BrokerInfo(document.GetProperty("broker").GetString()!, [.. KeysFor(keys, "receipt").Select(KeyOf)], [.. KeysFor(keys, "challenge").Where(IsInUse).Select(KeyOf)])
            {
                Operators = KeysFor(keys, "operator").GroupBy(key => key.GetProperty("act_id").GetString()!)
                    .ToDictionary(group => group.Key, group => (IReadOnlyList<VerifyingKey>)[.. group.Select(KeyOf)]),
            };
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The document does not describe an ACT broker: 'broker' and 'keys' are expected.", fault);
        }
    }

    static BrokerInfo ParseText(string path, string text)
    {
        try
        {
            return Parse(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"'{path}' is no JSON: {fault.Message}", fault);
        }
    }

    static IEnumerable<JsonElement> KeysFor(List<JsonElement> keys, string use) => keys.Where(key => key.GetProperty("act_use").GetString() == use);

    // Retired keys vouch for what they signed while they were used; a challenge is always new.
    static bool IsInUse(JsonElement key) => !key.TryGetProperty("act_until_ms", out _);

    static VerifyingKey KeyOf(JsonElement key) =>
        VerifyingKey.TryImport(Base64Url.DecodeFromChars(key.GetProperty("x").GetString())) ?? throw new FormatException("A key of the broker is unsuitable.");
}
