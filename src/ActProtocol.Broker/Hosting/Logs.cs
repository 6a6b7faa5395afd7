namespace ActProtocol.Broker.Hosting;

/// <summary>Where logs go: to standard error, as text or JSON. Standard output says only that the broker is ready.</summary>
static class Logs
{
    public static void Configure(ILoggingBuilder logging, BrokerOptions options)
    {
        logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddFilter("ActProtocol", options.LogLevel)
            // Faults of calls are logged by whoever tells them (RefusalInterceptor); what strangers send must not fill a log with traces.
            .AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None)
            // A start that fails is told in one sentence by whoever started it.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        if (options.JsonLogs)
        {
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat, json.IncludeScopes) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", false));
        }
        else
        {
            logging.AddSimpleConsole(text => (text.SingleLine, text.UseUtcTimestamp, text.TimestampFormat) = (true, true, "HH:mm:ss.fff "));
        }
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
