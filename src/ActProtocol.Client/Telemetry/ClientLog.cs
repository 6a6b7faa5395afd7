using ActProtocol.Envelopes;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Client;

/// <summary>What the client tells. Ids 300 to 399.</summary>
static partial class ClientLog
{
    [LoggerMessage(300, LogLevel.Debug, "An envelope got no answer at attempt {Attempt} ({Why}); the same bytes go again")]
    public static partial void Unanswered(this ILogger logger, int attempt, string? why);

    [LoggerMessage(310, LogLevel.Information, "The mailbox of {Agent} is connected")]
    public static partial void Connected(this ILogger logger, string agent);

    [LoggerMessage(311, LogLevel.Warning, "The stream of {Agent} broke ({Why}); it is opened again after {Wait}")]
    public static partial void Broken(this ILogger logger, string agent, string why, TimeSpan wait);

    [LoggerMessage(312, LogLevel.Error, "A delivery to {Agent} does not verify, and is neither shown nor acknowledged: {Why}")]
    public static partial void Unverified(this ILogger logger, string agent, string why);

    [LoggerMessage(313, LogLevel.Error, "The mailbox of {Agent} was closed by the broker")]
    public static partial void MailboxClosed(this ILogger logger, Exception why, string agent);

    [LoggerMessage(320, LogLevel.Warning, "The handler of {Agent} failed with {Step} at {Partition}/{Position}; it will be delivered again")]
    public static partial void HandlerFailed(this ILogger logger, Exception fault, string agent, StepKind step, uint partition, ulong position);

    [LoggerMessage(321, LogLevel.Debug, "{Agent} has dealt with {Step} at {Partition}/{Position}")]
    public static partial void Handled(this ILogger logger, string agent, StepKind step, uint partition, ulong position);

    [LoggerMessage(330, LogLevel.Debug, "Purchase {Purchase}: about to say {Step}, remembered as {Message}")]
    public static partial void Remembered(this ILogger logger, string purchase, StepKind step, Id16 message);

    [LoggerMessage(331, LogLevel.Debug, "Purchase {Purchase}: {Step} answered with {Answer}")]
    public static partial void Answered(this ILogger logger, string purchase, StepKind step, string answer);

    [LoggerMessage(332, LogLevel.Information, "Purchase {Purchase}: {Result}")]
    public static partial void PurchaseEnded(this ILogger logger, string purchase, string result);

    [LoggerMessage(333, LogLevel.Warning, "Purchase {Purchase}: the broker cannot be reached; it goes on when it can")]
    public static partial void PurchaseWaits(this ILogger logger, Exception why, string purchase);

    [LoggerMessage(340, LogLevel.Warning, "A step of {Agent} as seller was refused: {Step}: {Code} {Detail}")]
    public static partial void StepRefused(this ILogger logger, string agent, StepKind step, ErrorCode code, string? detail);
}
