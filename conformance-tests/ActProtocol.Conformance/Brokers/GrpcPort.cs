using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Whether the gRPC address is one.</summary>
static class GrpcPort
{
    /// <summary>Sends what no broker takes: any answer to it by gRPC will do.</summary>
    /// <exception cref="SubjectGoneException">There is none.</exception>
    public static async Task MustAnswerAsync(BrokerTarget target, CancellationToken cancellationToken)
    {
        try
        {
            await target.Broker.SendAsync(new SendRequest(), new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + target.Waits.AnswerMax, cancellationToken: cancellationToken));
        }
        catch (RpcException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (fault.StatusCode is StatusCode.DeadlineExceeded) throw new SubjectGoneException($"{target.Grpc} does not answer a gRPC call in {target.Waits.AnswerMax.TotalSeconds:0.#} s.", fault);
            if (fault.StatusCode is StatusCode.Unimplemented) throw new SubjectGoneException($"{target.Grpc} has no service act.v1.BrokerService: no ACT broker is there, or this is not its gRPC address.", fault);
            // A status that came over the wire is an answer; one that the client made up has an exception inside.
            if (fault.Status.DebugException is not { } cause) return;
            var inner = cause is HttpRequestException { InnerException: { } deeper } ? deeper : cause;
            throw new SubjectGoneException($"{target.Grpc} does not speak gRPC: {inner.Message.TrimEnd('.')}. Is this the broker's gRPC address?", fault);
        }
    }
}
