using ActProtocol.V1;

namespace ActProtocol.Broker.Hosting;

/// <summary>Everything that the host logs. Event ids 200 to 299. Ids and codes only: never contents, keys or signatures.</summary>
static partial class BrokerLog
{
    public const string Category = "ActProtocol.Broker";

    [LoggerMessage(200, LogLevel.Information, "{Broker} serves gRPC at {Grpc} and JSON at {Json}.")]
    public static partial void Started(this ILogger logger, string broker, string grpc, string json);

    [LoggerMessage(201, LogLevel.Information, "The broker is about to stop: {Streams} streams are open.")]
    public static partial void StopBegun(this ILogger logger, int streams);

    [LoggerMessage(202, LogLevel.Information, "The broker has stopped after {Elapsed}.")]
    public static partial void Stopped(this ILogger logger, TimeSpan elapsed);

    [LoggerMessage(203, LogLevel.Warning, "Not all was answered within {Bound}; what was decided is durable, and can be asked for after the next start.")]
    public static partial void StopCutShort(this ILogger logger, TimeSpan bound);

    [LoggerMessage(204, LogLevel.Critical, "The engine has ended by itself; the broker stops.")]
    public static partial void EngineEnded(this ILogger logger, Exception? fault);

    [LoggerMessage(210, LogLevel.Debug, "Stream {Connection}: {Agent} is proven.")]
    public static partial void AgentProven(this ILogger logger, string connection, string agent);

    [LoggerMessage(211, LogLevel.Debug, "Stream {Connection} was ended: {Code} {Detail}.")]
    public static partial void StreamEnded(this ILogger logger, string connection, ErrorCode code, string? detail);

    [LoggerMessage(220, LogLevel.Error, "{Method} failed unforeseen. Correlation id {Correlation}.")]
    public static partial void CallFailed(this ILogger logger, Exception fault, string method, string correlation);

    [LoggerMessage(230, LogLevel.Warning, "{Count} connections that had proved nothing were closed to make room.")]
    public static partial void ConnectionsEvicted(this ILogger logger, int count);
}
