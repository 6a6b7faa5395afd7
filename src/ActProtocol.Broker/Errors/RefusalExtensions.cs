using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Errors;

/// <summary>The one place where a refusal becomes a gRPC error (ERR-04).</summary>
static class RefusalExtensions
{
    public static RpcException ToException(this Refusal refusal) => refusal.ToWire().ToRpcException();

    /// <summary>The decision, or its refusal as an error.</summary>
    public static Decision OrThrow(this Decision decision) =>
        decision.OutcomeCase is Decision.OutcomeOneofCase.Refused ? throw decision.Refused.ToRpcException() : decision;
}
