using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Errors;

/// <summary>In front of gRPC: a call whose bytes are no message never reaches an interceptor, and ended as an unknown fault with a trace in the log.
/// Here it becomes <c>malformed</c>.</summary>
sealed class GrpcDoor(RequestDelegate next)
{
    const string StatusName = "grpc-status";

    static readonly string Unknown = ((int)StatusCode.Unknown).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var headers = context.Response.Headers;
        if (context.Response.HasStarted || headers[StatusName] != Unknown || context.Features.Get<Reached>() is not null) return;
        var refused = new Refusal(ErrorCode.Malformed, "request").ToException();
        headers[StatusName] = ((int)refused.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers["grpc-message"] = refused.Status.Detail;
        foreach (var trailer in refused.Trailers) headers[trailer.Key] = trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value;
    }

    /// <summary>Says that the call's own code was reached, which tells its faults itself.</summary>
    public static void Reach(ServerCallContext context) => context.GetHttpContext().Features.Set(Reached.Instance);

    sealed class Reached
    {
        public static readonly Reached Instance = new();
    }
}
