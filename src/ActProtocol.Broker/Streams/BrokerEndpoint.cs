using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Streams;

/// <summary>Speaks gRPC, and JSON by transcoding; decides nothing.</summary>
sealed class BrokerEndpoint(EngineHost engine, CheckBudget budget, MailRouter mail, OpenStreams streams, ChallengeDesk challenges, BrokerOptions options, TimeProvider time)
    : BrokerService.BrokerServiceBase
{
    public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context)
    {
        var envelope = Open(request.Envelope);
        if (envelope.Opened.Content.BodyCase is Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "questions go to Ask").ToException();
        var (decision, refused) = await engine.SendAsync(envelope);
        return refused is null ? new SendResponse { Decision = decision!.OrThrow() } : throw refused.ToException();
    }

    public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context)
    {
        var envelope = Open(request.Envelope);
        if (envelope.Opened.Content.BodyCase is not Content.BodyOneofCase.Ask) throw new Refusal(ErrorCode.BodyUnsupported, "only questions are answered here").ToException();
        try
        {
            var (answer, refused) = await engine.AskAsync(envelope, context.CancellationToken);
            return refused is null ? answer! : throw refused.ToException();
        }
        catch (EngineRefusedException fenced)
        {
            throw fenced.Refusal.ToException();
        }
    }

    public override Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context) =>
        new StreamSession(engine, mail, streams, challenges, options, time).RunAsync(requests, responses, context.CancellationToken);

    VerifiedEnvelope Open(Envelope? wire)
    {
        var (opened, refused) = engine.Gate.Read(wire ?? new Envelope());
        if (opened is null) throw refused!.ToException();
        if (!budget.TryTake()) throw new Refusal(ErrorCode.QuotaExceeded, RetryAfter: TimeSpan.FromSeconds(1)).ToException();
        var (verified, no) = engine.Gate.Verify(opened);
        return verified ?? throw no!.ToException();
    }
}
