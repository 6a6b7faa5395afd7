using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using ActProtocol.Broker.Hosting;
using ActProtocol.Broker.Streams;
using ActProtocol.Engine.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ActProtocol.Broker.Errors;

/// <summary>The edge of every call: what is no refusal yet becomes one. What nobody foresaw is <c>internal</c>, logged under an id that the caller is told.</summary>
sealed class RefusalInterceptor(ILoggerFactory loggers) : Interceptor
{
    readonly ILogger _logger = loggers.CreateLogger(BrokerLog.Category);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        GrpcDoor.Reach(context);
        try
        {
            return await continuation(request, context);
        }
        catch (Exception fault) when (fault is not RpcException && !IsGone(fault, context))
        {
            throw Refused(fault, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        GrpcDoor.Reach(context);
        try
        {
            await continuation(requests, responses, context);
        }
        catch (Exception fault) when (fault is not RpcException && !IsGone(fault, context))
        {
            throw Refused(fault, context);
        }
    }

    static bool IsGone(Exception fault, ServerCallContext context) => fault is OperationCanceledException && context.CancellationToken.IsCancellationRequested;

    RpcException Refused(Exception fault, ServerCallContext context)
    {
        if (fault is EngineRefusedException refused) return refused.Refusal.ToException();
        if (fault is ChannelClosedException) return OpenStreams.Stopping.ToException();
        var correlation = Activity.Current?.TraceId.ToString() ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        _logger.CallFailed(fault, context.Method, correlation);
        return new Refusal(ErrorCode.Internal, $"correlation id {correlation}").ToException();
    }
}
