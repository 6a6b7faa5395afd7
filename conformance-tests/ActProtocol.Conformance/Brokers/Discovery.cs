using System.Text.Json;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What a broker says of itself at <c>/.well-known/act.json</c> (DIR-17).</summary>
sealed record Discovery(string Broker, string Versions, bool Play, string Arbiter, IReadOnlyDictionary<string, byte[]> ReceiptKeys, IReadOnlyDictionary<string, byte[]> ChallengeKeys, JsonElement Document)
{
    public string Authority => new Uri(Broker).Host;

    /// <summary>The ids whose keys are published as operators'.</summary>
    public IReadOnlyList<string> Operators { get; } =
        [.. Document.GetProperty("keys").GetProperty("keys").EnumerateArray().Where(key => key.GetProperty("act_use").GetString() is "operator").Select(key => key.GetProperty("act_id").GetString() ?? "").Distinct()];

    /// <exception cref="SubjectGoneException">There is no answer, or none of an ACT broker; the message says which.</exception>
    public static async Task<Discovery> FetchAsync(HttpClient http, Uri json, CancellationToken cancellationToken)
    {
        var address = new Uri(json, "/.well-known/act.json");
        // The client's own limit ends with the head of the answer; this one is for all of it.
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(http.Timeout);
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, late.Token);
            if (!answer.IsSuccessStatusCode) throw new SubjectGoneException($"{address} answers with HTTP {(int)answer.StatusCode}: no ACT broker is there.");
            if (answer.Content.Headers.ContentType?.MediaType is var type && type != "application/json") throw new SubjectGoneException($"{address} answers with {type ?? "no content type"} instead of application/json: no ACT broker is there.");
            await answer.Content.LoadIntoBufferAsync(1 << 20, late.Token);
            return Parse(address, await answer.Content.ReadAsByteArrayAsync(late.Token));
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SubjectGoneException($"{address} does not answer in {http.Timeout.TotalSeconds:0.#} s.", fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw await Unreachable.BecauseAsync(address, fault, cancellationToken);
        }
    }

    static Discovery Parse(Uri address, byte[] bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes).RootElement.Clone();
            string Text(string name) => document.GetProperty(name).GetString() ?? "";
            var keys = document.GetProperty("keys").GetProperty("keys").EnumerateArray().ToLookup(key => key.GetProperty("act_use").GetString(), key => FromBase64Url(key.GetProperty("x").GetString()!));
            return new Discovery(Text("broker"), Text("versions"), document.GetProperty("play").GetBoolean(), Text("arbiter"), ByThumbprint(keys["receipt"]), ByThumbprint(keys["challenge"]), document);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SubjectGoneException($"{address} is not the document that DIR-17 describes: {fault.Message}", fault);
        }
    }

    static Dictionary<string, byte[]> ByThumbprint(IEnumerable<byte[]> keys) => keys.ToDictionary(key => Convert.ToHexStringLower(Tags.Thumbprint(key)));

    static byte[] FromBase64Url(string text) => Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
