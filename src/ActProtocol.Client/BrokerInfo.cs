using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text.Json;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Which broker a client means, and the keys it takes its word by.</summary>
public sealed record BrokerInfo(string Id, IReadOnlyList<VerifyingKey> ReceiptKeys, IReadOnlyList<VerifyingKey> ChallengeKeys)
{
    /// <summary>Reads <c>/.well-known/act.json</c> once; keep the result, since trust should not be fetched anew each time.</summary>
    /// <param name="address">For example <c>http://127.0.0.1:7401</c>.</param>
    public static async Task<BrokerInfo> FetchAsync(string address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) };
        return Parse(await http.GetFromJsonAsync<JsonElement>("/.well-known/act.json", cancellationToken));
    }

    /// <summary>Reads the same document from a file or elsewhere.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static BrokerInfo Parse(JsonElement document)
    {
        try
        {
            var keys = document.GetProperty("keys").GetProperty("keys").EnumerateArray().ToList();
            return new BrokerInfo(document.GetProperty("broker").GetString()!, KeysFor(keys, "receipt"), KeysFor(keys, "challenge"));
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The document does not describe an ACT broker: 'broker' and 'keys' are expected.", fault);
        }
    }

    static List<VerifyingKey> KeysFor(List<JsonElement> keys, string use) =>
    [
        .. from key in keys
           where key.GetProperty("act_use").GetString() == use
           select VerifyingKey.TryImport(Base64Url.DecodeFromChars(key.GetProperty("x").GetString())) ?? throw new FormatException("A key of the broker is unsuitable."),
    ];
}
