using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Ledger;

/// <summary>A payout that waits for the operator; its money is held.</summary>
sealed record PayoutEntry(Digest Digest, string Account, string Currency, Int128 Nanos, string Destination)
{
    public void Write(SnapshotWriter writer)
    {
        writer.Digest(Digest);
        writer.Text(Account);
        writer.Text(Currency);
        writer.Wide(Nanos);
        writer.Text(Destination);
    }

    public static PayoutEntry Read(SnapshotReader reader) => new(reader.Digest(), reader.Text(), reader.Text(), reader.Wide(), reader.Text());
}
