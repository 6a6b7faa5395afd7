using ActProtocol.V1;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Envelopes;

/// <summary>Bodies that are steps of a transaction.</summary>
public static class StepKinds
{
    public static StepKind Of(Body body) => body switch
    {
        Body.Intent => StepKind.Intent,
        Body.Quote => StepKind.Quote,
        Body.Decline => StepKind.Decline,
        Body.Counter => StepKind.Counter,
        Body.Cancel => StepKind.Cancel,
        Body.Lock => StepKind.Lock,
        Body.Approve => StepKind.Approve,
        Body.Deny => StepKind.Deny,
        Body.Confirm => StepKind.Confirm,
        Body.Commit => StepKind.Commit,
        Body.Fulfil => StepKind.Fulfil,
        Body.Accept => StepKind.Accept,
        Body.Dispute => StepKind.Dispute,
        Body.Resolve => StepKind.Resolve,
        Body.Refund => StepKind.Refund,
        Body.None or Body.Mandate or Body.RevokeMandate or Body.Register or Body.RotateKey or Body.RevokeKey or Body.RecoverKey
            or Body.CancelRecovery or Body.EnterForeign or Body.UpdateListing or Body.Fund or Body.RequestPayout or Body.ClosePayout or Body.AcceptClock
            or Body.ReplayMail or Body.Ask => StepKind.Unspecified,
    };
}
