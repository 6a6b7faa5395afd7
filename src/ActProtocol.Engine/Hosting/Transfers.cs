using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;

namespace ActProtocol.Engine.Hosting;

/// <summary>Carries what lies in outboxes to its destinations, and tells the sources what arrived.</summary>
sealed class Transfers(Slots slots, Executor executor, RevocationWaits revocations)
{
    readonly Queue<Transfer> _offers = new();

    /// <summary>Whether something can be taken now: not what waits for a machine that is fenced.</summary>
    public bool Ready => _offers.Any(transfer => slots[(int)transfer.Destination].Fenced is null);

    /// <summary>It is durable in its source.</summary>
    public void Offer(Transfer transfer) => _offers.Enqueue(transfer);

    /// <summary>After a load: everything that sources have and destinations may not.</summary>
    public void OfferAll()
    {
        _offers.Clear();
        foreach (var slot in slots.Well)
        {
            foreach (var transfer in slot.Machine.Outboxes.Waiting) _offers.Enqueue(transfer);
        }
    }

    /// <summary>Lets destinations take what is offered; what waits for one that is fenced is offered again.</summary>
    public void Take()
    {
        for (var left = _offers.Count; left > 0; left--)
        {
            var transfer = _offers.Dequeue();
            var destination = slots[(int)transfer.Destination];
            if (destination.Fenced is not null)
            {
                _offers.Enqueue(transfer);
            }
            else if (transfer.Number <= destination.Machine.Outboxes.TakenFrom((int)transfer.Source))
            {
                Took(transfer);
            }
            else if (executor.Execute(destination, Cause.Of(transfer)) is { Entry: not null })
            {
                destination.Taken.Add(transfer);
            }
        }
    }

    /// <summary>Durably. The source may forget it, and whoever waits for a revocation may have one partition less to wait for.</summary>
    public void Took(Transfer transfer)
    {
        slots[(int)transfer.Source].OutboxTaken[(int)transfer.Destination] = transfer.Number;
        revocations.Took(transfer);
    }
}
