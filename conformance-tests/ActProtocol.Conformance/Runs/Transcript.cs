namespace ActProtocol.Conformance.Runs;

/// <summary>One message of a scenario.</summary>
/// <param name="At">Since the scenario began.</param>
/// <param name="Sent">By the suite; otherwise by the subject.</param>
/// <param name="What">For people: the call, the sender, the step.</param>
/// <param name="Type">Full name of the protobuf message, or a media type.</param>
/// <param name="Bytes">As they went over the wire.</param>
sealed record TranscriptEntry(TimeSpan At, bool Sent, string What, string Type, byte[] Bytes);

/// <summary>What went back and forth in one scenario. Its later messages are left out once it is full.</summary>
sealed class Transcript(TimeProvider time)
{
    /// <summary>Bytes of messages that one scenario keeps.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Messages of one scenario that are kept.</summary>
    public const int EntriesMax = 5_000;

    /// <summary>In a replay that ends early: how many messages are sent.</summary>
    public static AsyncLocal<int?> Until { get; } = new();

    readonly long _start = time.GetTimestamp();
    readonly List<TranscriptEntry> _entries = [];
    readonly Lock _lock = new();
    int _bytes;
    int _sent;

    /// <summary>Messages that came when it was full.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Since the scenario began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public IReadOnlyList<TranscriptEntry> Entries
    {
        get
        {
            lock (_lock) return [.. _entries];
        }
    }

    public void Add(bool sent, string what, string type, byte[] bytes)
    {
        lock (_lock)
        {
            if (sent && Until.Value is { } until && _sent++ >= until) throw new UntestedException($"It was to end before step {until + 1}.");
            if (_bytes + bytes.Length > BytesMax || _entries.Count >= EntriesMax)
            {
                LeftOut++;
                return;
            }
            _bytes += bytes.Length;
            _entries.Add(new TranscriptEntry(time.GetElapsedTime(_start), sent, what, type, bytes));
        }
    }
}
