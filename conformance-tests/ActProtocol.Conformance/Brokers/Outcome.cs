using ActProtocol.V1;
using Google.Rpc;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What a broker said to one envelope.</summary>
abstract record Outcome
{
    Outcome()
    {
    }

    /// <summary>Decided, and accepted.</summary>
    public sealed record Taken(Decision Decision) : Outcome
    {
        public Accepted Accepted => Decision.Accepted;
    }

    /// <summary>Refused; <paramref name="Decision"/> is null where the way in does not carry it, or nothing was decided.</summary>
    public sealed record Refused(Status Status, Decision? Decision = null) : Outcome
    {
        public ErrorInfo? Info => Status.Details.Count > 0 && Status.Details[0].Is(ErrorInfo.Descriptor) ? Status.Details[0].Unpack<ErrorInfo>() : null;

        public string Code => Info?.Reason ?? $"a status without ErrorInfo ({Status.Message})";

        /// <summary>Whether it is a record (ERR-07), by what it says of itself.</summary>
        public bool IsDecided => Info?.Metadata.GetValueOrDefault("decided") == "true";

        public RetryInfo? Retry => Status.Details.FirstOrDefault(detail => detail.Is(RetryInfo.Descriptor))?.Unpack<RetryInfo>();
    }

    /// <summary>A question or a look-up, answered.</summary>
    public sealed record Answered(Google.Protobuf.IMessage Answer) : Outcome;

    /// <summary>No answer, or one that is none of the protocol's.</summary>
    public sealed record Broken(string How) : Outcome;

    /// <summary>What a stream's answer says.</summary>
    public static Outcome Of(Answer answer) => answer.OutcomeCase switch
    {
        Answer.OutcomeOneofCase.NotDecided => new Refused(answer.NotDecided),
        Answer.OutcomeOneofCase.Decision => Of(answer.Decision),
        Answer.OutcomeOneofCase.None => new Broken("an answer without an outcome"),
    };

    /// <summary>What was decided, accepted or refused.</summary>
    public static Outcome Of(Decision decision) => decision.OutcomeCase switch
    {
        Decision.OutcomeOneofCase.Accepted => new Taken(decision),
        Decision.OutcomeOneofCase.Refused => new Refused(decision.Refused, decision),
        Decision.OutcomeOneofCase.None => new Broken("a decision without an outcome"),
    };

    /// <summary>For people.</summary>
    public sealed override string ToString() => this switch
    {
        Taken taken => taken.Accepted.State is TransactionState.Unspecified ? "accepted" : $"accepted, {taken.Accepted.State}",
        Refused refused => $"{refused.Code}{(refused.Info?.Metadata.GetValueOrDefault("detail") is { } detail ? $" ({detail})" : "")}",
        Answered answered => $"an answer: {answered.Answer}",
        Broken broken => broken.How,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
