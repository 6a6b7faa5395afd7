using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>Gathers what agents took from mailboxes and destinations from outboxes, and records it with what is appended anyway.</summary>
sealed class Housekeeper(Slots slots, StampClock clock, Executor executor)
{
    /// <summary>Work in one round from which on the record waits, for at most <see cref="RideMs"/> or <see cref="RidingMax"/> entries.</summary>
    const int BusyRound = 32;
    const int RidingMax = 256;
    const long RideMs = 100;

    /// <summary>What is in no mailbox is not written down: anybody could fill the journal.</summary>
    public void Took(string agent, int partition, long position)
    {
        var slot = slots[partition];
        if (slot.Partition?.Mail.Find(agent)?.Has(position) != true) return;
        if (!slot.MailTaken.TryGetValue(agent, out var positions)) slot.MailTaken[agent] = positions = [];
        positions.Add((ulong)position);
    }

    /// <summary>After a round.</summary>
    /// <remarks>In a busy one, what rides gathers for a while: a record for every few acknowledgements would cost more than they do.
    /// What is lost with the process by that is delivered again.</remarks>
    /// <param name="work">How much was done in it.</param>
    /// <param name="last">There is none after it.</param>
    public void Keep(int work, bool last)
    {
        foreach (var slot in slots.All)
        {
            if (slot.Fenced is not null || slot.Riding == 0) continue;
            if (work >= BusyRound && !last && slot.Riding < RidingMax && clock.NowMs - slot.HouseKeptAt is >= 0 and < RideMs) continue;

            slot.HouseKeptAt = clock.NowMs;
            var housekeeping = new Housekeeping();
            foreach (var (agent, positions) in slot.MailTaken) housekeeping.Mail.Add(new MailTaken { Agent = agent, Positions = { positions } });
            foreach (var (destination, number) in slot.OutboxTaken) housekeeping.Outbox.Add(new OutboxTaken { Destination = (uint)destination, Number = number });
            slot.MailTaken.Clear();
            slot.OutboxTaken.Clear();
            executor.Execute(slot, Cause.Of("housekeeping", new Context { Housekeeping = housekeeping }));
        }
    }
}
