using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>What waits to be written on one stream, and how it is cut into frames. Guarded by its session's lock.</summary>
/// <remarks>Bounded by who fills it: answers by the envelopes under way, deliveries by <see cref="HasRoom"/>, notices by <see cref="NoticesMax"/>.</remarks>
sealed class Outgoing
{
    /// <summary>Deliveries that wait to be written; when there are more, mail stays in its mailbox.</summary>
    public const int DeliveryBytesMax = 4 << 20;

    /// <summary>Notices that wait to be written: more than every agent of a stream being proven and closed. A stream that has more does not read.</summary>
    public const int NoticesMax = 32_768;

    // Tag and length of a member of a frame.
    const int MemberBytes = 6;

    readonly Queue<ConnectResponse> _notices = new();
    readonly Queue<Answer> _answers = new();
    readonly Queue<Waiting> _deliveries = new();
    long _deliveryBytes;

    public bool HasRoom => _deliveryBytes < DeliveryBytesMax;

    /// <summary>A frame that holds one thing about the stream or an agent: a challenge, a proven agent, a closed one. False when there are too many.</summary>
    public bool TryAdd(ConnectResponse notice)
    {
        if (_notices.Count >= NoticesMax) return false;
        _notices.Enqueue(notice);
        return true;
    }

    public void Add(Answer answer) => _answers.Enqueue(answer);

    public void Add(AgentMail mail, Delivery delivery, (int Partition, long Position) at)
    {
        var bytes = delivery.CalculateSize() + MemberBytes;
        _deliveries.Enqueue(new Waiting(mail, delivery, at, bytes));
        _deliveryBytes += bytes;
    }

    /// <summary>The next frame, and the deliveries in it; null when nothing waits.</summary>
    public ConnectResponse? Take(List<Waiting> deliveries)
    {
        var frame = new ConnectResponse();
        var (members, bytes) = (0, 0);
        while (_notices.TryPeek(out var notice) && Fits(notice.CalculateSize()))
        {
            // A client reads "proven" before "closed": what was said the other way round needs two frames.
            if (notice.Proven.Count > 0 && frame.Closed.Count > 0) return frame;
            frame.MergeFrom(_notices.Dequeue());
        }
        // By turns, so that neither kind keeps the other waiting.
        for (var before = -1; before != members;)
        {
            before = members;
            if (_answers.TryPeek(out var answer) && Fits(answer.CalculateSize() + MemberBytes)) frame.Answers.Add(_answers.Dequeue());
            while (_deliveries.TryPeek(out var gone) && gone.Mail.IsGone) DequeueDelivery();
            if (_deliveries.TryPeek(out var next) && Fits(next.Bytes))
            {
                frame.Deliveries.Add(next.Delivery);
                deliveries.Add(DequeueDelivery());
            }
        }
        return members == 0 ? null : frame;

        bool Fits(int size)
        {
            if (members > 0 && (members >= EnvelopeLimits.FrameEnvelopesMax || bytes + size > EnvelopeLimits.FrameBytesMax)) return false;
            (members, bytes) = (members + 1, bytes + size);
            return true;
        }
    }

    Waiting DequeueDelivery()
    {
        var waiting = _deliveries.Dequeue();
        _deliveryBytes -= waiting.Bytes;
        return waiting;
    }

    /// <summary>A delivery that was not written yet.</summary>
    public readonly record struct Waiting(AgentMail Mail, Delivery Delivery, (int Partition, long Position) At, int Bytes);
}
