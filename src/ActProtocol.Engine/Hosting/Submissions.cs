using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Hosting;

/// <summary>Has envelopes decided by the machines that they belong to, and answers once that is durable.</summary>
sealed class Submissions(Slots slots, StampClock clock, Executor executor, RevocationWaits revocations, IPartitionLog log, ILogger logger)
{
    static readonly TimeSpan ClockRetry = TimeSpan.FromSeconds(5);

    public void Submit(VerifiedEnvelope envelope, IAnswerSink sink)
    {
        var slot = SlotOf(envelope);
        if (AcceptsClock(envelope)) clock.Accept();
        if (slot is null) sink.NotDecided(envelope, new Refusal(ErrorCode.Malformed, "partition"));
        else if (clock.Unsure) sink.NotDecided(envelope, new Refusal(ErrorCode.ClockUnsure, RetryAfter: ClockRetry));
        else if (slot.Fenced is not null) sink.NotDecided(envelope, new Refusal(ErrorCode.PartitionFenced, RetryAfter: slot.RetryAfter));
        else Decide(slot, envelope, sink);
    }

    Slot? SlotOf(VerifiedEnvelope envelope) => envelope.Opened.Content.BodyCase switch
    {
        Body.Register or Body.RotateKey or Body.RevokeKey or Body.RecoverKey or Body.CancelRecovery or Body.EnterForeign
            or Body.UpdateListing or Body.AcceptClock => slots.Directory,
        Body.ReplayMail => envelope.Opened.Content.ReplayMail.Partition < slots.Partitions ? slots[(int)envelope.Opened.Content.ReplayMail.Partition] : null,
        _ => slots[Partition.PartitionOf(envelope.Opened.Home, slots.Partitions)],
    };

    // Once: the same bytes, sent again by anybody, say nothing about the clock as it is then. And only if it will be recorded: by the
    // stamps that there are it must not have expired.
    bool AcceptsClock(VerifiedEnvelope envelope) =>
        envelope.Opened.Content.BodyCase is Body.AcceptClock && ((OperatorRoles)envelope.Context.Roles).HasFlag(OperatorRoles.Rules)
        && slots.Directory.Fenced is null && Math.Max(clock.WallMs, slots.Directory.Machine.Stamp) < envelope.Opened.ExpiresAtMs
        && slots.DirectoryMachine.FindOutcome(envelope.Opened.Sender, envelope.Opened.MessageId) == 0;

    void Decide(Slot slot, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        // Deadlines of the account come first, in the same append, so that no step is judged by a state that time has ended.
        if (slot.Partition is { } partition && partition.AccountOf(envelope.Opened) is { } account && !executor.Expire(slot, partition, account))
        {
            // More has ended at once than goes into one append: the sweep does the rest, and then this step is judged.
            sink.NotDecided(envelope, new Refusal(slot.Fenced is null ? ErrorCode.Overloaded : ErrorCode.Internal, RetryAfter: Fences.RetryMin));
            return;
        }
        var result = executor.Execute(slot, Cause.Of(envelope));
        if (result is null) sink.NotDecided(envelope, new Refusal(ErrorCode.Internal));
        else slot.Completions.Add(new Completion(() => Answer(slot, result, envelope, sink), refusal => sink.NotDecided(envelope, refusal)));
    }

    // What was found without a record may rest on steps that were not durable yet; so that answer has waited for them as well.
    void Answer(Slot slot, StepResult result, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        if (result.Entry is not null) revocations.Answer(slot, envelope, sink, () => sink.Decided(envelope, result.Decision!));
        else if (result.RepeatOf > 0) revocations.Answer(slot, envelope, sink, () => AnswerAgain(slot, result.RepeatOf, envelope, sink));
        else sink.NotDecided(envelope, result.NotRecorded!);
    }

    void AnswerAgain(Slot slot, long position, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        if (slot.FindPending(position) is { } pending) sink.Decided(envelope, pending.ReadDecision());
        else _ = AnswerFromLogAsync(slot.Index, position, envelope, sink);
    }

    async Task AnswerFromLogAsync(int partition, long position, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        try
        {
            sink.Decided(envelope, (await log.FindAsync(partition, position, CancellationToken.None))!.ReadDecision());
        }
        catch (Exception fault)
        {
            logger.ReadFailed(fault, partition, position);
            sink.NotDecided(envelope, new Refusal(ErrorCode.Internal));
        }
    }
}
