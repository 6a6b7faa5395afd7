using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using ActProtocol.Broker.Streams;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Broker.Hosting;

/// <summary>One activity and one counter for each envelope that is decided, named after the protocol's words; and how full the broker is.</summary>
/// <remarks>An activity begins when an envelope was verified and ends with its durable answer. It links to the trace context of the header, which its sender began.</remarks>
sealed class StepTelemetry : IDisposable
{
    public const string Name = "ActProtocol.Broker";

    static readonly FrozenDictionary<Body, string> Words = Enum.GetValues<Body>().ToFrozenDictionary(body => body, body => JsonNamingPolicy.SnakeCaseLower.ConvertName(body.ToString()));
    static readonly FrozenDictionary<Body, string> ActivityNames = Words.ToFrozenDictionary(pair => pair.Key, pair => $"act.{pair.Value}");

    readonly ActivitySource _source = new(Name);
    readonly Meter _meter;
    readonly Counter<long> _steps;
    readonly Counter<long> _refused;

    public StepTelemetry(IMeterFactory meters, EngineHost engine, OpenStreams streams, MailRouter mail, ConnectionDoor door, CheckBudget budget)
    {
        _meter = meters.Create(Name);
        _steps = _meter.CreateCounter<long>("act.steps", description: "Envelopes decided, by what they are and what was decided");
        _refused = _meter.CreateCounter<long>("act.refused", description: "Envelopes not decided, by code");
        _meter.CreateObservableCounter("act.records", () => engine.RecordsAppended, description: "Records made durable, the broker's own steps included");
        _meter.CreateObservableGauge("act.streams", () => streams.Count, description: "Streams that are open");
        _meter.CreateObservableGauge("act.streams.unproven", () => streams.Unproven, description: "Streams that have proved nobody yet");
        _meter.CreateObservableGauge("act.agents.connected", () => mail.Count, description: "Agents that are on a stream");
        _meter.CreateObservableGauge("act.connections", () => door.Count, description: "Connections that are open");
        _meter.CreateObservableGauge("act.checks.waiting", () => budget.Waiting, description: "Signature checks of callers that are not proven, which wait for their turn");
        _meter.CreateObservableGauge("act.troubles", () => engine.Troubles.Count, description: "Reasons why the broker is not ready");
    }

    /// <summary>Null when nobody listens.</summary>
    public Activity? Begin(OpenedEnvelope envelope)
    {
        if (!_source.HasListeners()) return null;
        ActivityLink[] links = ActivityContext.TryParse(envelope.Header.Traceparent, envelope.Header.Tracestate, isRemote: true, out var sender) ? [new ActivityLink(sender)] : [];
        var activity = _source.CreateActivity(ActivityNames[envelope.Content.BodyCase], ActivityKind.Server, default(ActivityContext), links: links)?.Start();
        activity?.SetTag("act.digest", envelope.Digest.ToString()).SetTag("act.sender", envelope.Header.Sender);
        return activity;
    }

    /// <summary>What is to be called with the answer: the sink, and before it the activity of this envelope, if anybody listens.</summary>
    public IAnswerSink Trace(VerifiedEnvelope envelope, IAnswerSink sink) => Begin(envelope.Opened) is { } activity ? new Traced(sink, activity) : sink;

    /// <summary>Refused at the gate.</summary>
    public void NotDecided(Refusal refusal) => _refused.Add(1, new KeyValuePair<string, object?>("code", refusal.Code.Entry.Name));

    public void Decided(OpenedEnvelope envelope, Decision decision) =>
        _steps.Add(1, new("step", Words[envelope.Content.BodyCase]), new("outcome", OutcomeOf(decision)));

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }

    /// <summary>Ends an activity with its answer.</summary>
    public static void End(Activity? activity, Decision? decision, Refusal? refusal)
    {
        if (activity is null) return;
        if (decision is not null) activity.SetTag("act.partition", decision.Partition).SetTag("act.position", decision.Position).SetTag("act.outcome", OutcomeOf(decision));
        else activity.SetTag("act.outcome", refusal!.Code.Entry.Name).SetStatus(ActivityStatusCode.Error);
        activity.Dispose();
    }

    static string OutcomeOf(Decision decision) => decision.OutcomeCase is not Decision.OutcomeOneofCase.Refused ? "accepted"
        : Refusal.FromWire(decision.Refused) is { } refusal ? refusal.Code.Entry.Name : "refused";

    sealed class Traced(IAnswerSink sink, Activity activity) : IAnswerSink
    {
        public void Decided(VerifiedEnvelope envelope, Decision decision)
        {
            End(activity, decision, null);
            sink.Decided(envelope, decision);
        }

        public void NotDecided(VerifiedEnvelope envelope, Refusal refusal)
        {
            End(activity, null, refusal);
            sink.NotDecided(envelope, refusal);
        }
    }
}
