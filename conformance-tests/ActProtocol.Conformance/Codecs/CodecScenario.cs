using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Codecs;

/// <summary>One case against a codec: names, keys and bytes of its own, drawn from the seed, so that nothing can be looked up in the vectors.</summary>
sealed class CodecScenario
{
    readonly CodecTarget _target;
    readonly CancellationToken _cancellationToken;

    public CodecScenario(CodecTarget target, RunIdentity identity, string id, TimeProvider time, CancellationToken cancellationToken)
    {
        (_target, _cancellationToken) = (target, cancellationToken);
        Random = new Seeded(identity.Seed, id);
        Transcript = new Transcript(time);
        Parties = new Parties(Random.Of("parties"));
    }

    public Seeded Random { get; }

    public Transcript Transcript { get; }

    public Controls Controls { get; } = new();

    public Parties Parties { get; }

    /// <exception cref="NotClaimedException">It does not claim the verb.</exception>
    /// <exception cref="UntestedException">It claims it, and cannot.</exception>
    public async Task<Answer> AskAsync(Request request)
    {
        if (!_target.Description.Claims.Contains(request.Do)) throw new NotClaimedException($"It does not claim '{request.Do}'.");
        var answer = await _target.AskAsync(request, Transcript, _cancellationToken);
        return answer.Cannot is { } reason ? throw new UntestedException($"It claims '{request.Do}' and cannot: {reason}") : answer;
    }

    /// <summary>It must be <c>ok</c>.</summary>
    public async Task<Answer> OkAsync(string what, Request request)
    {
        var answer = await AskAsync(request);
        if (!answer.Ok) throw Expectations.Failed(what, "ok", answer);
        Controls.Held(request.Do);
        return answer;
    }

    /// <summary>It must be refused with exactly <paramref name="code"/>; null: in any way. A request with the same verb must be ok somewhere in the same scenario.</summary>
    public async Task<Answer> RefusedAsync(string? code, string what, Request request)
    {
        Controls.Expect(request.Do);
        var answer = await AskAsync(request);
        if (answer.Ok || (code is not null && answer.Code != code)) throw Expectations.Failed(what, code is null ? "not ok" : $"refused with {code}", answer);
        return answer;
    }

    /// <summary>The fault alone makes the difference: <paramref name="faulty"/> is refused, then <paramref name="twin"/> is ok.</summary>
    public async Task<Answer> RefusedAsync(string? code, string what, Request faulty, Request twin)
    {
        var answer = await RefusedAsync(code, what, faulty);
        await OkAsync($"control of: {what}", twin);
        return answer;
    }

    /// <summary>What a vector says of a request: the code of its refusal, or null for ok.</summary>
    /// <param name="twin">A request of the same file that is ok.</param>
    public Task JudgedAsync(string? code, string what, Request request, Request twin) => code is null ? OkAsync(what, request) : RefusedAsync(code, what, request, twin);
}
