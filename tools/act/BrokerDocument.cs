using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Envelopes;

namespace ActProtocol.Tools;

/// <summary><c>/.well-known/act.json</c> as a broker serves it, or as it was saved.</summary>
sealed record BrokerDocument(BrokerInfo Info, JsonElement Json)
{
    const int BytesMax = 1 << 20;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Authority => new(ActId.AuthorityOf(Info.Id));

    public bool Play => Json.TryGetProperty("play", out var play) && play.ValueKind is JsonValueKind.True;

    public string Text(string name) => Json.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString()! : "";

    public static void CheckAddress(string option, string address)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return;
        throw new BadInputException($"{option}: '{address}' is no address: write one such as http://127.0.0.1:7400.");
    }

    /// <exception cref="NoBrokerException">Nobody answers, or something that is no broker.</exception>
    public static async Task<BrokerDocument> FetchAsync(string address, CancellationToken cancellationToken)
    {
        CheckAddress("--broker-json", address);
        using var http = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = BytesMax };
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(address), "/.well-known/act.json"), cancellationToken);
            var type = answer.Content.Headers.ContentType?.MediaType ?? "nothing";
            if (!answer.IsSuccessStatusCode) throw NoBroker(address, $"it answers {(int)answer.StatusCode}");
            if (type is not "application/json") throw NoBroker(address, $"it answers with {type}");
            return Parse(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken)).RootElement);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new NoBrokerException($"No broker can be reached at {address} (--broker-json): {Reason(fault)}. Start one with 'act up --play', or name its address.", fault);
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw NoBroker(address, fault.Message.TrimEnd('.'));
        }
    }

    /// <summary>Out of a file that was saved before.</summary>
    public static BrokerDocument Read(string path)
    {
        var file = JsonFile.Read(path);
        try
        {
            return Parse(file.Root.Element);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw file.Root.Fault("this does not describe a broker: save one with 'act broker --save FILE'.");
        }
    }

    static BrokerDocument Parse(JsonElement document)
    {
        try
        {
            var info = BrokerInfo.Parse(document);
            if (!ActId.IsValid(info.Id)) throw new FormatException($"'{info.Id}' is no broker's id");
            return new BrokerDocument(info, document);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("what it says does not describe a broker", fault);
        }
    }

    static NoBrokerException NoBroker(string address, string what) =>
        new($"What answers at {address} (--broker-json) is no ACT broker: {what}. Name the JSON address that 'act up' says.");

    static string Reason(Exception fault) => fault is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s"
        : fault.InnerException is System.Net.Sockets.SocketException socket ? socket.Message : fault.Message.TrimEnd('.');
}
