using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Agents;

/// <summary>The answer to one verb of the hook.</summary>
/// <param name="Reason">Why not; null: it was done.</param>
sealed record HookAnswer(string Do, JsonElement Members, string? Reason)
{
    public bool IsOk => Reason is null;

    /// <summary>Objects under a name; none when it is not there.</summary>
    public IReadOnlyList<JsonElement> List(string name) => Members.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    public IReadOnlyList<string> Texts(string name) => [.. List(name).Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!)];

    public override string ToString() => Reason is null ? "ok" : $"cannot: {Reason}";
}

/// <summary>The control hook (conformance-tests/agents.md): one verb, one answer.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore gives out no wait handle, so there is nothing to free.")]
sealed class Hook(SubjectProcess process, Transcript transcript, Func<string, TimeSpan> mostOf, CancellationToken cancellationToken)
{
    readonly SemaphoreSlim _one = new(1);
    long _id;

    /// <exception cref="CheckFailedException">It ended, answered something else, or not in time.</exception>
    public async Task<HookAnswer> DoAsync(string verb, JsonObject? members = null)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var id = ++_id;
            var request = new JsonObject([new("id", id), new("do", verb), .. (members ?? []).Select(member => new KeyValuePair<string, JsonNode?>(member.Key, member.Value?.DeepClone()))]);
            var line = Encoding.UTF8.GetBytes(request.ToJsonString());
            transcript.Add(sent: true, $"hook: {verb}", "application/json", Redacted(request));
            var answer = await ExchangeAsync(verb, line, id);
            return answer.TryGetProperty("cannot", out var reason) ? new HookAnswer(verb, answer, reason.ToString())
                : answer.TryGetProperty("ok", out var ok) && ok.ValueKind is JsonValueKind.True ? new HookAnswer(verb, answer, null)
                : throw Expectations.Failed($"hook: {verb}", "ok or cannot", answer.ToString());
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<string> HowItEndedAsync()
    {
        try
        {
            return await process.HowItEndedAsync();
        }
        catch (InvalidOperationException)
        {
            return "the suite ended it";
        }
    }

    // Keys of tests open nothing, and still have no place in a report.
    static byte[] Redacted(JsonObject request)
    {
        var shown = (JsonObject)request.DeepClone();
        foreach (var name in shown.Select(member => member.Key).Where(name => name.EndsWith("_seed", StringComparison.Ordinal)).ToList()) shown[name] = "(a key for tests)";
        return Encoding.UTF8.GetBytes(shown.ToJsonString());
    }

    async Task<JsonElement> ExchangeAsync(string verb, byte[] line, long id)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var most = mostOf(verb);
        late.CancelAfter(most);
        byte[]? got;
        try
        {
            await process.WriteLineAsync(line, late.Token);
            got = await process.ReadLineAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Expectations.Failed($"hook: {verb}", "an answer", $"none in {most.TotalSeconds:0.#} s");
        }
        catch (InvalidDataException fault)
        {
            throw Expectations.Failed($"hook: {verb}", "an answer", fault.Message);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            got = null;
        }
        if (got is null) throw Expectations.Failed($"hook: {verb}", "an answer", await HowItEndedAsync());
        transcript.Add(sent: false, $"hook: {verb}", "application/json", got);
        try
        {
            var answer = JsonElement.Parse(got);
            if (answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty("id", out var same) && same.ValueKind is JsonValueKind.Number && same.TryGetInt64(out var number) && number == id) return answer;
        }
        catch (JsonException)
        {
            // Told below, as any other line that is no answer.
        }
        throw Expectations.Failed($"hook: {verb}", $"one JSON object with the id {id}", Encoding.UTF8.GetString(got.AsSpan(0, Math.Min(got.Length, 120))));
    }
}
