using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Streams;

/// <summary>Speaks gRPC, and JSON by transcoding; decides nothing.</summary>
sealed class BrokerEndpoint(EngineHost engine, CheckBudget budget, RegistrationBudget registrations, MailRouter mail, OpenStreams streams, ChallengeDesk challenges, StepTelemetry telemetry, Stopping stopping,
    ILoggerFactory loggers, BrokerOptions options, TimeProvider time) : BrokerService.BrokerServiceBase
{
    public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context)
    {
        var envelope = await OpenAsync(request.Envelope, context);
        if (envelope.Opened.Content.BodyCase is Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "questions go to Ask").ToException();
        var guest = ConnectionDoor.GuestOf(context.GetHttpContext());
        if (IsNewcomer(envelope.Opened) && registrations.Take(guest.Caller.Address) is { } full) throw await RefusedAsync(full, guest, context);
        using var activity = telemetry.Begin(envelope.Opened);
        var (decision, refused) = await engine.SendAsync(envelope);
        if (decision is not null) telemetry.Decided(envelope.Opened, decision);
        else telemetry.NotDecided(refused!);
        StepTelemetry.End(activity, decision, refused);
        return refused is null ? new SendResponse { Decision = decision!.OrThrow() } : throw refused.ToException();
    }

    public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context)
    {
        var envelope = await OpenAsync(request.Envelope, context);
        if (envelope.Opened.Content.BodyCase is not Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "only questions are answered here").ToException();
        var (answer, refused) = await engine.AskAsync(envelope, context.CancellationToken);
        return refused is null ? answer! : throw refused.ToException();
    }

    public override async Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var guest = ConnectionDoor.GuestOf(http);
        if (guest.Caller.StreamWait is { Ticks: > 0 } wait) throw await RefusedAsync(new Refusal(ErrorCode.QuotaExceeded, "streams that had to be ended", wait), guest, context);
        var session = new StreamSession(engine, mail, streams, challenges, telemetry, loggers.CreateLogger(BrokerLog.Category), guest, options, time);
        // Only then has the other side been sent the code: a stop waits for that.
        http.Response.OnCompleted(() =>
        {
            streams.Leave(session);
            return Task.CompletedTask;
        });
        await session.RunAsync(requests, responses, context.CancellationToken);
    }

    // Streams bring none: their senders are entered before they are proven.
    bool IsNewcomer(OpenedEnvelope opened) =>
        opened.Content.BodyCase is Content.BodyOneofCase.Register && !engine.Gate.IsEntered(opened.Header.Sender);

    async ValueTask<VerifiedEnvelope> OpenAsync(Envelope? wire, ServerCallContext context)
    {
        if (stopping.Begun) throw OpenStreams.Stopping.ToException();
        var guest = ConnectionDoor.GuestOf(context.GetHttpContext());
        var (opened, refused) = engine.Gate.Read(wire ?? new Envelope());
        if (opened is null) throw await RefusedAsync(refused!, guest, context);
        if (!await budget.TakeAsync(guest.Caller)) throw await RefusedAsync(new Refusal(ErrorCode.QuotaExceeded, RetryAfter: TimeSpan.FromSeconds(1)), guest, context);
        var (verified, no) = engine.Gate.Verify(opened);
        if (verified is null) throw await RefusedAsync(no!, guest, context);
        guest.Proved();
        return verified;
    }

    async ValueTask<RpcException> RefusedAsync(Refusal refusal, ConnectionDoor.Guest guest, ServerCallContext context)
    {
        telemetry.NotDecided(refusal);
        guest.Caller.Failed();
        await guest.Caller.PauseAsync(context.CancellationToken);
        return refusal.ToException();
    }
}
