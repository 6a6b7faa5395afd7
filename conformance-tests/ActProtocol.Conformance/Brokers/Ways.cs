using System.Net;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ActProtocol.Conformance.Brokers;

/// <summary>How an envelope gets to a broker.</summary>
enum Way
{
    Unary,
    Stream,
    Json,
}

/// <summary>An answer of the JSON way in, as it came.</summary>
sealed record JsonAnswer(int HttpStatus, string? MediaType, byte[] Body);

/// <summary>The ways in (NET-12, NET-16).</summary>
static class Ways
{
    public static readonly JsonParser Parser = new(new JsonParser.Settings(64, TypeRegistry.FromFiles(Google.Rpc.ErrorDetailsReflection.Descriptor)));

    /// <summary>Sends it by one of the ways, and says what came; by a stream of its own, on which <paramref name="proven"/> is proven first.</summary>
    public static async Task<Outcome> SendAsync(this BrokerScenario scenario, Way way, Envelope envelope, Party? proven = null)
    {
        switch (way)
        {
            case Way.Json:
                return SendOutcome(await scenario.JsonAsync(HttpMethod.Post, "/v1/envelopes", JsonFormatter.Default.Format(new SendRequest { Envelope = envelope })));
            case Way.Stream:
                await using (var stream = await BrokerStream.OpenBrieflyAsync(scenario, proven))
                {
                    await stream.SendFrameAsync(new ConnectRequest { Envelopes = { envelope } });
                    return await stream.AnswerToAsync(envelope);
                }
            case Way.Unary:
                return await scenario.SendUnaryAsync(envelope);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public static Task<JsonAnswer> JsonAsync(this BrokerScenario scenario, HttpMethod verb, string path, string json) =>
        scenario.JsonAsync(verb, path, System.Text.Encoding.UTF8.GetBytes(json), "application/json");

    /// <param name="scenario">Whose it is.</param>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="path">With the query.</param>
    /// <param name="body">Null: none.</param>
    /// <param name="contentType">As the header says it; null: no header.</param>
    public static async Task<JsonAnswer> JsonAsync(this BrokerScenario scenario, HttpMethod verb, string path, byte[]? body = null, string? contentType = null)
    {
        scenario.Transcript.Add(sent: true, $"{verb} {path}", contentType ?? "", body ?? []);
        using var request = new HttpRequestMessage(verb, new Uri(scenario.Target.Json, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        try
        {
            using var answer = await scenario.Target.Http.SendAsync(request, scenario.CancellationToken);
            var bytes = await answer.Content.ReadAsByteArrayAsync(scenario.CancellationToken);
            scenario.Transcript.Add(sent: false, $"HTTP {(int)answer.StatusCode}", answer.Content.Headers.ContentType?.ToString() ?? "", bytes);
            return new JsonAnswer((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, bytes);
        }
        catch (OperationCanceledException) when (!scenario.CancellationToken.IsCancellationRequested)
        {
            throw Expectations.Failed($"{verb} {path}", "an answer", $"none in {scenario.Target.Waits.AnswerMax.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError)
        {
            throw new SubjectGoneException($"{scenario.Target.Json} can't be reached: {fault.Message}", fault);
        }
        catch (HttpRequestException fault)
        {
            throw Expectations.Failed($"{verb} {path}", "an answer", fault.Message);
        }
    }

    /// <summary>The envelope of a question by the unary call.</summary>
    public static async Task<Outcome> AskUnaryAsync(this BrokerScenario scenario, Envelope question)
    {
        scenario.Transcript.Add(sent: true, $"Ask {Bodies.NameOf(question.Content)}", Envelope.Descriptor.FullName, question.ToByteArray());
        try
        {
            var answer = await scenario.Target.Broker.AskAsync(new AskRequest { Envelope = question }, scenario.Options());
            scenario.Transcript.Add(sent: false, "answer", AskResponse.Descriptor.FullName, answer.ToByteArray());
            return new Outcome.Answered(answer);
        }
        catch (RpcException fault)
        {
            return scenario.Refusal(fault);
        }
    }

    /// <summary>The envelope of a question by JSON.</summary>
    public static async Task<Outcome> AskJsonAsync(this BrokerScenario scenario, Envelope question) => JsonOutcome(
        await scenario.JsonAsync(HttpMethod.Post, "/v1/questions", JsonFormatter.Default.Format(new AskRequest { Envelope = question })), body => new Outcome.Answered(Parser.Parse<AskResponse>(body)));

    /// <summary>What the JSON way in said to an envelope.</summary>
    /// <param name="answer">As it came.</param>
    /// <param name="httpStatus">Of a refusal, where NET-17 names one.</param>
    public static Outcome SendOutcome(JsonAnswer answer, int? httpStatus = null) => JsonOutcome(
        answer, body => Parser.Parse<SendResponse>(body) is { Decision.Accepted: not null } sent ? new Outcome.Taken(sent.Decision) : new Outcome.Broken("an answer without an acceptance"), httpStatus);

    /// <summary>What an answer says: a refusal under the HTTP status of its code (ERR-11) or under <paramref name="httpStatus"/> where NET-17 names another, or what <paramref name="read"/> makes of it.</summary>
    public static Outcome JsonOutcome(JsonAnswer answer, Func<string, Outcome> read, int? httpStatus = null)
    {
        var text = System.Text.Encoding.UTF8.GetString(answer.Body);
        if (answer.MediaType != "application/json") return new Outcome.Broken($"HTTP {answer.HttpStatus} with {answer.MediaType ?? "no content type"}");
        try
        {
            if (answer.HttpStatus == (int)HttpStatusCode.OK) return read(text);
            var status = Parser.Parse<Google.Rpc.Status>(text);
            var expected = httpStatus ?? HttpStatusOf((StatusCode)status.Code);
            return answer.HttpStatus == expected ? new Outcome.Refused(status) : new Outcome.Broken($"HTTP {answer.HttpStatus} with the status {(StatusCode)status.Code}, which goes with {expected}");
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException or FormatException)
        {
            return new Outcome.Broken($"HTTP {answer.HttpStatus} with what is no ProtoJSON: {fault.Message}");
        }
    }

    // ERR-11.
    static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.Aborted or StatusCode.AlreadyExists => 409,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        StatusCode.DeadlineExceeded => 504,
        _ => 500,
    };
}
