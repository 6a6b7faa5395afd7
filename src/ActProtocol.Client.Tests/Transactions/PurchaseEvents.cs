using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Client.Transactions;

/// <summary>Listens to a client's log for the moments of a purchase.</summary>
sealed class PurchaseEvents : ILogger
{
    const int Remembered = 330;
    const int Answered = 331;

    /// <summary>A step is on the disk, and about to be sent.</summary>
    public Action<StepKind>? OnRemembered { get; set; }

    /// <summary>A step was answered.</summary>
    public Action<StepKind>? OnAnswered { get; set; }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id is not (Remembered or Answered)) return;
        var step = (StepKind)((IReadOnlyList<KeyValuePair<string, object?>>)state!).Single(field => field.Key == "Step").Value!;
        (eventId.Id is Remembered ? OnRemembered : OnAnswered)?.Invoke(step);
    }
}
