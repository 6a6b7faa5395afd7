using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>Lets machines execute causes at the present stamp, with what they owe by that, and keeps the records for the next append.</summary>
sealed class Executor(Slots slots, StampClock clock, Fences fences, ILogger logger)
{
    /// <returns>Null when the machine failed: a fault in it, never in the cause. It is read again from the log before it goes on.</returns>
    public StepResult? Execute(Slot slot, Cause cause)
    {
        try
        {
            var result = slot.Machine.Execute(cause, StampFor(slot));
            slot.Add(result);
            for (var steps = 0; steps < EngineLimits.StepsPerAppendMax && slot.Partition?.NextOwed() is { } owed; steps++)
            {
                slot.Add(slot.Machine.Execute(owed, StampFor(slot)));
            }
            return result;
        }
        catch (Exception fault)
        {
            logger.DecisionFailed(fault, slot.Index);
            fences.Fence(slot, fault.Message, new Refusal(ErrorCode.PartitionFenced, RetryAfter: Fences.RetryMin));
            return null;
        }
    }

    /// <summary>Records all deadlines of an account that have passed; false when they are more than go into one append, or the machine failed.</summary>
    public bool Expire(Slot slot, Partition partition, string account)
    {
        for (var steps = 0; partition.NextExpired(StampFor(slot), account) is { } due; steps++)
        {
            if (steps >= EngineLimits.StepsPerAppendMax || Execute(slot, due) is null) return false;
        }
        return true;
    }

    /// <summary>Records what time has done, and what is owed, in all machines.</summary>
    public void Sweep()
    {
        foreach (var slot in slots.Well)
        {
            for (var steps = 0; steps < EngineLimits.StepsPerAppendMax && NextByTime(slot) is { } due; steps++)
            {
                if (Execute(slot, due) is null) break;
            }
        }
    }

    Cause? NextByTime(Slot slot) =>
        slot.Partition is { } partition ? partition.NextOwed() ?? partition.NextExpired(StampFor(slot))
        : ((DirectoryMachine)slot.Machine).NextRecovered(StampFor(slot));

    public long StampFor(Slot slot) => Math.Max(clock.NowMs, slot.Machine.Stamp);
}
