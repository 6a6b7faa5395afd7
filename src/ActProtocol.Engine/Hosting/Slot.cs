using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;

namespace ActProtocol.Engine.Hosting;

/// <summary>One machine in the hands of the loop, with what it made since the last append.</summary>
sealed class Slot(int index)
{
    public int Index { get; } = index;

    public Machine Machine { get; set; } = null!;

    public Partition? Partition => Machine as Partition;

    public long Epoch { get; set; }

    /// <summary>Why nothing is decided here at present; null when all is well.</summary>
    public string? Fenced { get; set; }

    public TimeSpan RetryAfter { get; set; }

    public long RetryAt { get; set; }

    public long SnapshotAt { get; set; }

    public List<JournalEntry> Pending { get; } = [];

    /// <summary>What to do once the pending entries are durable, or are known not to be.</summary>
    public List<Completion> Completions { get; } = [];

    public List<(string Agent, long Position)> Mail { get; } = [];

    public List<Stored.Transfer> Sent { get; } = [];

    /// <summary>Transfers of others that pending entries take.</summary>
    public List<Stored.Transfer> Taken { get; } = [];

    public List<Entry> Changed { get; } = [];

    /// <summary>What rides with the next append: mail that agents took, outbox entries that destinations took.</summary>
    public Dictionary<string, HashSet<ulong>> MailTaken { get; } = [];

    public Dictionary<int, ulong> OutboxTaken { get; } = [];

    /// <summary>How much rides.</summary>
    public int Riding => OutboxTaken.Count + MailTaken.Sum(box => box.Value.Count);

    /// <summary>When it was recorded last.</summary>
    public long HouseKeptAt { get; set; }

    /// <summary>What waits in an agent's mailbox here, but for what it has taken already.</summary>
    public IEnumerable<(int Partition, long Position)> WaitingFor(string agent)
    {
        if (Partition?.Mail.Find(agent) is not { } box) return [];
        var taken = MailTaken.GetValueOrDefault(agent)?.ToHashSet();
        return box.Waiting.Where(mail => taken?.Contains((ulong)mail.Position) != true).Select(mail => (Index, mail.Position));
    }

    public JournalEntry? FindPending(long position) =>
        Pending.Count > 0 && position >= Pending[0].Position ? Pending[(int)(position - Pending[0].Position)] : null;

    /// <summary>Takes what a step made, if it was recorded.</summary>
    public void Add(StepResult result)
    {
        if (result.Entry is not { } entry) return;
        Pending.Add(entry);
        Mail.AddRange(result.Mail);
        Sent.AddRange(result.Sent);
        if (Machine is DirectoryMachine machine) Changed.AddRange(machine.Changed);
    }

    /// <summary>What was pending is durable.</summary>
    public void Complete()
    {
        foreach (var completion in Completions) completion.Durable();
        Completions.Clear();
    }

    public void Clear()
    {
        Pending.Clear();
        Completions.Clear();
        Mail.Clear();
        Sent.Clear();
        Taken.Clear();
        Changed.Clear();
    }
}

/// <summary>Somebody who waits for an append.</summary>
/// <param name="Durable">Called when it is durable.</param>
/// <param name="Failed">Called otherwise, with what can be said.</param>
readonly record struct Completion(Action Durable, Action<Errors.Refusal> Failed);
