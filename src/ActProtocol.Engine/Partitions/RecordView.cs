using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>A journaled record, read in place: replay looks at every record once and keeps none of its bytes.</summary>
readonly ref struct RecordView
{
    RecordView(ReadOnlySpan<byte> record)
    {
        while (WireScan.TryTakeField(ref record, out var number, out var value, out var payload))
        {
            switch (number)
            {
                case Record.BrokerFieldNumber:
                    Broker = payload;
                    break;
                case Record.PartitionFieldNumber:
                    Partition = (int)value;
                    break;
                case Record.PositionFieldNumber:
                    Position = (long)value;
                    break;
                case Record.StampMsFieldNumber:
                    Stamp = (long)value;
                    break;
                case Record.PreviousFieldNumber:
                    Previous = payload;
                    break;
                case Record.EnvelopeFieldNumber:
                    Content = ContentOf(payload);
                    break;
                case Record.StepFieldNumber:
                    Step = payload;
                    break;
                case Record.DecisionFieldNumber:
                    Decision = payload;
                    break;
                case Record.PrivateDigestFieldNumber:
                    PrivateDigest = payload;
                    break;
                case Record.PlayFieldNumber:
                    Play = value != 0;
                    break;
            }
        }
    }

    public ReadOnlySpan<byte> Broker { get; }

    public int Partition { get; }

    public long Position { get; }

    public long Stamp { get; }

    public ReadOnlySpan<byte> Previous { get; }

    /// <summary>Of the envelope that caused it; empty for a step of the broker's own.</summary>
    public ReadOnlySpan<byte> Content { get; }

    public ReadOnlySpan<byte> Step { get; }

    public ReadOnlySpan<byte> Decision { get; }

    public ReadOnlySpan<byte> PrivateDigest { get; }

    public bool Play { get; }

    /// <summary>Reads a record whose bytes the log has verified.</summary>
    public static RecordView Of(ReadOnlySpan<byte> record) => new(record);

    public bool IsBy(string broker) => Ascii.Equals(Broker, broker);

    static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> envelope)
    {
        while (WireScan.TryTakeField(ref envelope, out var number, out _, out var payload))
        {
            if (number == Envelope.ContentFieldNumber) return payload;
        }
        return default;
    }
}
