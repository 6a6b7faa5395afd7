using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Errors;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Hosting;

/// <summary>Holds answers to revocations back until every partition has them (DIR-09).</summary>
sealed class RevocationWaits(Slots slots)
{
    readonly List<Wait> _waits = [];

    /// <summary>Answers at once, but for a revocation that is on its way: so is one that finds the key revoked, or comes again.</summary>
    public void Answer(Slot slot, VerifiedEnvelope envelope, IAnswerSink sink, Action answer)
    {
        var waits = slot == slots.Directory && envelope.Opened.Content.BodyCase is (Body.RevokeKey or Body.RotateKey);
        List<Transfer> left = waits ? [.. slot.Machine.Outboxes.Waiting.Where(transfer => transfer.Number > slot.OutboxTaken.GetValueOrDefault((int)transfer.Destination))] : [];
        if (left.Count == 0) answer();
        else _waits.Add(new Wait(left, answer, refusal => sink.NotDecided(envelope, refusal)));
    }

    /// <summary>The destination has this transfer, and all before it, durably.</summary>
    public void Took(Transfer transfer)
    {
        for (var i = _waits.Count - 1; i >= 0; i--)
        {
            if (!_waits[i].Took(transfer)) continue;
            _waits[i].Answer();
            _waits.RemoveAt(i);
        }
    }

    /// <summary>No partition takes anything any more.</summary>
    public void Abandon(Refusal refusal)
    {
        foreach (var wait in _waits) wait.Refuse(refusal);
        _waits.Clear();
    }

    sealed record Wait(List<Transfer> Left, Action Answer, Action<Refusal> Refuse)
    {
        public bool Took(Transfer transfer)
        {
            Left.RemoveAll(waiting => waiting.Source == transfer.Source && waiting.Destination == transfer.Destination && waiting.Number <= transfer.Number);
            return Left.Count == 0;
        }
    }
}
