using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>What decisions need of a header, read in place: to decide a record again, nothing else of it is looked at.</summary>
readonly ref struct HeaderView
{
    /// <param name="header">Bytes that were read as a header before.</param>
    public HeaderView(ReadOnlySpan<byte> header, TextPool texts)
    {
        (Sender, Recipients) = ("", []);
        while (WireScan.TryTakeField(ref header, out var number, out var value, out var payload))
        {
            switch (number)
            {
                case Header.MessageIdFieldNumber:
                    MessageId = Id16.FromBytes(payload);
                    break;
                case Header.TransactionIdFieldNumber:
                    TransactionId = payload.IsEmpty ? default : Id16.FromBytes(payload);
                    break;
                case Header.SenderFieldNumber:
                    Sender = texts.Of(payload);
                    break;
                case Header.RecipientsFieldNumber:
                    Recipients = [.. Recipients, texts.Of(payload)];
                    break;
                case Header.FollowsFieldNumber:
                    Follows = payload.IsEmpty ? default : new Digest(payload);
                    break;
                case Header.ExpiresAtMsFieldNumber:
                    ExpiresAtMs = unchecked((long)value);
                    break;
                case Header.HomeFieldNumber:
                    // As parsers do: what a sender wrote beyond 32 bits is not looked at.
                    Home = unchecked((int)(uint)value);
                    break;
                case Header.MandateFieldNumber:
                    Mandate = payload.IsEmpty ? default : new Digest(payload);
                    break;
            }
        }
    }

    public Id16 MessageId { get; }

    public Id16 TransactionId { get; }

    public string Sender { get; }

    public string[] Recipients { get; }

    public Digest Follows { get; }

    public long ExpiresAtMs { get; }

    public int Home { get; }

    public Digest Mandate { get; }
}
