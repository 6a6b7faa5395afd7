using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What cases say of a broker's answers.</summary>
static class Expectations
{
    /// <summary>It must be accepted.</summary>
    public static async Task<Outcome.Taken> AcceptedAsync(this BrokerScenario scenario, string what, Envelope envelope) =>
        await scenario.SendAsync(envelope) is var outcome && outcome is Outcome.Taken taken ? taken : throw Failed(what, "accepted", outcome);

    /// <summary>
    /// It must be refused with exactly <paramref name="code"/>, under the registry's status and with the metadata of ERR-04, and must change nothing: no account, no
    /// state. A control must be accepted somewhere in the same scenario.
    /// </summary>
    public static async Task<Outcome.Refused> RefusedAsync(this BrokerScenario scenario, string code, string what, Envelope envelope)
    {
        scenario.Controls.Expect(envelope);
        var before = await Snapshot.TakeAsync(scenario);
        var outcome = await scenario.SendAsync(envelope);
        var refused = AsRefused(code, what, outcome);
        if ((await Snapshot.TakeAsync(scenario)).DifferenceFrom(before) is { } change) throw Failed(what, "nothing changed by what is refused", change);
        return refused;
    }

    /// <summary>The fault alone makes the difference: <paramref name="faulty"/> is refused, then <paramref name="twin"/> accepted.</summary>
    public static async Task<Outcome.Refused> RefusedAsync(this BrokerScenario scenario, string code, string what, Envelope faulty, Envelope twin)
    {
        var refused = await scenario.RefusedAsync(code, what, faulty);
        await scenario.AcceptedAsync($"control of: {what}", twin);
        return refused;
    }

    /// <summary>That <paramref name="outcome"/> is a refusal with exactly this code, in the form of ERR-04.</summary>
    public static Outcome.Refused AsRefused(string code, string what, Outcome outcome)
    {
        var row = ErrorRow.Of(code);
        if (outcome is not Outcome.Refused refused || refused.Code != code) throw Failed(what, $"refused with {code}", outcome);
        if (refused.Status.Code != (int)row.GrpcStatus) throw Failed(what, $"status {row.Status}", ((Grpc.Core.StatusCode)refused.Status.Code).ToString());
        if (refused.Info!.Domain != "act.v1") throw Failed(what, "ErrorInfo of the domain act.v1", refused.Info.Domain);
        foreach (var (name, value) in new[] { ("mender", row.Mender), ("retry", row.Retry) })
        {
            if (refused.Info.Metadata.GetValueOrDefault(name) is var got && got != value) throw Failed(what, $"{name} {value}", got ?? $"no {name}");
        }
        if (refused.Info.Metadata.GetValueOrDefault("decided") is not ("true" or "false")) throw Failed(what, "decided true or false", refused.Info.Metadata.GetValueOrDefault("decided") ?? "no decided");
        if (!row.Decided && refused.IsDecided) throw Failed(what, $"{code} is never decided", "decided true");
        return refused;
    }

    /// <summary>For people, and for comparing.</summary>
    public static string AsText(this byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static void Equal<T>(string what, T expected, T got)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, got)) throw Failed(what, Show(expected), Show(got));
    }

    public static void True(string what, bool holds, string expected, object? got)
    {
        if (!holds) throw Failed(what, expected, got);
    }

    public static CheckFailedException Failed(string what, string expected, object? got) => new(new Finding(what, expected, Show(got)));

    static string Show(object? value) => value switch
    {
        null => "nothing",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        ByteString bytes => Convert.ToHexStringLower(bytes.Span),
        Google.Type.Money money => FormattableString.Invariant($"{money.Units}.{Math.Abs(money.Nanos):000000000} {money.CurrencyCode}"),
        _ => value.ToString() ?? "",
    };
}
