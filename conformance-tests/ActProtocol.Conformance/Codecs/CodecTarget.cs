using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Codecs;

/// <summary>What a codec said of itself.</summary>
/// <param name="Claims">The verbs that it knows.</param>
sealed record CodecDescription(string Name, string Version, IReadOnlySet<string> Claims);

/// <summary>The codec under test: a command, run a few times beside each other, each copy with one request at a time, so that a crash is the fault of the request it came at.</summary>
sealed class CodecTarget : IAsyncDisposable
{
    /// <summary>Copies of the program that run at once.</summary>
    public const int ProcessesMax = 4;

    /// <summary>Requests in a row that may wait for nothing, over all copies, before the subject is given up. What ends or talks nonsense costs no time, and is not counted.</summary>
    public const int UnansweredMax = 8;

    readonly IReadOnlyList<string> _command;
    readonly Waits _waits;
    readonly SemaphoreSlim _places = new(ProcessesMax);
    readonly ConcurrentBag<SubjectProcess> _idle = [];
    int _unanswered;
    long _id;

    CodecTarget(IReadOnlyList<string> command, Waits waits) => (_command, _waits) = (command, waits);

    public CodecDescription Description { get; private set; } = null!;

    /// <exception cref="SubjectGoneException">It cannot be started, or does not say who it is.</exception>
    public static async Task<CodecTarget> StartAsync(IReadOnlyList<string> command, Waits waits, CancellationToken cancellationToken)
    {
        var target = new CodecTarget(command, waits);
        try
        {
            target.Description = await target.DescribeAsync(cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>One request, one answer.</summary>
    /// <exception cref="CheckFailedException">It misbehaved; that copy of it is ended, and the next request gets another.</exception>
    /// <exception cref="SubjectGoneException">It misbehaves all the time.</exception>
    public async Task<Answer> AskAsync(Request request, Transcript transcript, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        SubjectProcess? process = null;
        try
        {
            process = _idle.TryTake(out var idle) ? idle : SubjectProcess.Start(_command);
            var answer = await ExchangeAsync(process, request, transcript, cancellationToken);
            Volatile.Write(ref _unanswered, 0);
            _idle.Add(process);
            process = null;
            return answer;
        }
        catch (MisbehavedException fault)
        {
            if (fault.Late && Interlocked.Increment(ref _unanswered) >= UnansweredMax) throw new SubjectGoneException($"It did not answer {UnansweredMax} times in a row: {fault.Message}.");
            throw Expectations.Failed(request.Do, "an answer", fault.Message);
        }
        finally
        {
            if (process is not null) await process.DisposeAsync();
            _places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var process)) await process.DisposeAsync();
        _places.Dispose();
    }

    async Task<CodecDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AskAsync(new Request("describe"), new Transcript(TimeProvider.System), cancellationToken);
            return new CodecDescription(answer.Text("name"), answer.Text("version"), answer.Texts("claims").ToHashSet());
        }
        catch (CheckFailedException fault)
        {
            throw new SubjectGoneException($"'{_command[0]}' does not say what it is: {fault.Finding.Where}: expected {fault.Finding.Expected}, {fault.Finding.Got}.", fault);
        }
    }

    async Task<Answer> ExchangeAsync(SubjectProcess process, Request request, Transcript transcript, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _id);
        var line = Encoding.UTF8.GetBytes(new JsonObject([new("id", id), new("do", request.Do), .. request.Fields.Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))]).ToJsonString());
        transcript.Add(true, request.Do, "application/json", line);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_waits.AnswerMax);
        byte[]? got;
        try
        {
            await process.WriteLineAsync(line, late.Token);
            got = await process.ReadLineAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MisbehavedException($"there was no answer in {_waits.AnswerMax.TotalSeconds:0.#} s", late: true);
        }
        catch (InvalidDataException fault)
        {
            throw new MisbehavedException($"it answered with {fault.Message}");
        }
        catch (IOException)
        {
            // It does not read any more.
            got = null;
        }
        if (got is null) throw new MisbehavedException(await process.HowItEndedAsync());
        transcript.Add(false, request.Do, "application/json", got);
        return new Answer(request.Do, Parse(got, id));
    }

    static JsonElement Parse(byte[] line, long id)
    {
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            throw new MisbehavedException($"it answered with what is no JSON: {Start(line)}");
        }
        if (answer.ValueKind is not JsonValueKind.Object) throw new MisbehavedException($"it answered with what is no JSON object: {Start(line)}");
        if (!answer.TryGetProperty("id", out var got) || got.ValueKind is not JsonValueKind.Number || !got.TryGetInt64(out var number) || number != id)
        {
            throw new MisbehavedException($"it answered another id than {id}: {Start(line)}");
        }
        return answer;
    }

    static string Start(byte[] line) => Encoding.UTF8.GetString(line.AsSpan(0, Math.Min(line.Length, 120)));
}

/// <summary>It did not answer as a codec does: what it did instead.</summary>
/// <param name="late">It did nothing, for as long as it may.</param>
sealed class MisbehavedException(string what, bool late = false) : Exception(what)
{
    public bool Late => late;
}
