using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Streams;

/// <summary>Speaks gRPC, and JSON by transcoding; decides nothing.</summary>
sealed class BrokerEndpoint(EngineHost engine, CheckBudget budget, MailRouter mail, OpenStreams streams, ChallengeDesk challenges, StepTelemetry telemetry, Stopping stopping,
    ILoggerFactory loggers, BrokerOptions options, TimeProvider time) : BrokerService.BrokerServiceBase
{
    public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context)
    {
        var envelope = Open(request.Envelope);
        if (envelope.Opened.Content.BodyCase is Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "questions go to Ask").ToException();
        using var activity = telemetry.Begin(envelope.Opened);
        var (decision, refused) = await engine.SendAsync(envelope);
        if (decision is not null) telemetry.Decided(envelope.Opened, decision);
        else telemetry.NotDecided(refused!);
        StepTelemetry.End(activity, decision, refused);
        return refused is null ? new SendResponse { Decision = decision!.OrThrow() } : throw refused.ToException();
    }

    public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context)
    {
        var envelope = Open(request.Envelope);
        if (envelope.Opened.Content.BodyCase is not Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "only questions are answered here").ToException();
        var (answer, refused) = await engine.AskAsync(envelope, context.CancellationToken);
        return refused is null ? answer! : throw refused.ToException();
    }

    public override async Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var session = new StreamSession(engine, mail, streams, challenges, telemetry, loggers.CreateLogger(BrokerLog.Category), http.Connection.Id, options, time);
        // Only then has the other side been sent the code: a stop waits for that.
        http.Response.OnCompleted(() =>
        {
            streams.Leave(session);
            return Task.CompletedTask;
        });
        await session.RunAsync(requests, responses, context.CancellationToken);
    }

    VerifiedEnvelope Open(Envelope? wire)
    {
        if (stopping.Begun) throw OpenStreams.Stopping.ToException();
        var (opened, refused) = engine.Gate.Read(wire ?? new Envelope());
        if (opened is null) throw Refused(refused!);
        if (!budget.TryTake()) throw Refused(new Refusal(ErrorCode.QuotaExceeded, RetryAfter: TimeSpan.FromSeconds(1)));
        var (verified, no) = engine.Gate.Verify(opened);
        return verified ?? throw Refused(no!);
    }

    RpcException Refused(Refusal refusal)
    {
        telemetry.NotDecided(refusal);
        return refusal.ToException();
    }
}
