using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Broker;

/// <summary>Everything that is logged, from the most talkative level on.</summary>
sealed class CapturedLogs : ILoggerProvider
{
    readonly ConcurrentQueue<(int Event, string Text)> _lines = new();

    public IReadOnlyCollection<(int Event, string Text)> Lines => _lines;

    public void AddTo(ILoggingBuilder logging) => logging.AddProvider(this).AddFilter<CapturedLogs>(null, LogLevel.Trace);

    public ILogger CreateLogger(string categoryName) => new Logger(_lines);

    public void Dispose()
    {
    }

    sealed class Logger(ConcurrentQueue<(int, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The parts as well as the text: structured fields are shipped too.
            var fields = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            lines.Enqueue((eventId.Id, $"{formatter(state, exception)} {fields} {exception}"));
        }
    }
}
