using System.Threading.Channels;
using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>Reads the state of machines for others. What was read is told when all that was decided before is durable.</summary>
sealed class Questions(Slots slots)
{
    readonly List<(IReadOnlyList<Slot> Read, Action Answer, Action<Refusal> Refuse)> _read = [];

    /// <summary>Runs a question about some partitions on the loop; its answer comes when all that was decided in them before is durable.</summary>
    /// <exception cref="EngineRefusedException">One of them is fenced.</exception>
    public static Task<T> AskAsync<T>(ChannelWriter<Work> writer, IReadOnlyList<int> partitions, Func<IReadOnlyList<Partition>, T> query) =>
        AskSlotsAsync(writer, partitions, read => query([.. read.Select(slot => slot.Partition!)]));

    /// <summary>The same of all partitions that are well, by their slots, which also know what agents took and is not recorded yet.</summary>
    public static Task<T> AskWellAsync<T>(ChannelWriter<Work> writer, Func<IReadOnlyList<Slot>, T> query) => AskSlotsAsync(writer, null, query);

    /// <summary>The same of the directory.</summary>
    public static Task<T> AskDirectoryAsync<T>(ChannelWriter<Work> writer, int partitions, Func<DirectoryMachine, T> query) =>
        AskSlotsAsync(writer, [partitions], read => query((DirectoryMachine)read[0].Machine));

    /// <summary>Reads now, and keeps the answer back.</summary>
    public void Read(Work.Query query)
    {
        IReadOnlyList<Slot> read = [.. query.Slots?.Select(index => slots[index]) ?? slots.All.SkipLast(1).Where(slot => slot.Fenced is null)];
        // A fenced machine holds what may never have happened.
        if (read.Any(Fences.IsFenced)) Refuse(query.Refuse);
        else _read.Add((read, query.Read(read), query.Refuse));
    }

    /// <summary>After an append.</summary>
    public void Answer()
    {
        foreach (var (read, answer, refuse) in _read)
        {
            if (read.Any(Fences.IsFenced)) Refuse(refuse);
            else answer();
        }
        _read.Clear();
    }

    /// <summary>No append comes any more.</summary>
    public void Abandon(Refusal refusal)
    {
        foreach (var (_, _, refuse) in _read) refuse(refusal);
    }

    static void Refuse(Action<Refusal> refuse) => refuse(new Refusal(ErrorCode.PartitionFenced, RetryAfter: Fences.RetryMin));

    static async Task<T> AskSlotsAsync<T>(ChannelWriter<Work> writer, IReadOnlyList<int>? which, Func<IReadOnlyList<Slot>, T> ask)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await writer.WriteAsync(new Work.Query(which, read =>
        {
            var answer = ask(read);
            return () => done.TrySetResult(answer);
        }, refusal => done.TrySetException(new EngineRefusedException(refusal))));
        return await done.Task;
    }
}
