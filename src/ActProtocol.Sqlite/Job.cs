using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>Something for the writer's thread to do within its next commit.</summary>
abstract class Job
{
    /// <summary>Roughly what it adds to a commit.</summary>
    public virtual long Bytes => 0;

    /// <summary>Writes what is to be written into the open commit.</summary>
    public abstract void Stage(Commit commit);

    /// <summary>Answers: the commit is durable.</summary>
    public abstract void Committed();

    /// <summary>Answers: the commit failed, or may have.</summary>
    public abstract void Failed(Exception cause);
}

/// <summary>Appends to several partitions.</summary>
sealed class AppendJob(IReadOnlyList<PartitionAppend> appends) : Job
{
    private readonly TaskCompletionSource<IReadOnlyList<AppendResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AppendResult[] _results = new AppendResult[appends.Count];
    private ArgumentException? _bug;

    public Task<IReadOnlyList<AppendResult>> Done => _done.Task;

    public override long Bytes { get; } = appends.Sum(append => append.Entries.Sum(entry => (long)entry.Record.Length + entry.Private.Length));

    public override void Stage(Commit commit)
    {
        try
        {
            // All are judged before any is written: no two of them name one partition.
            for (var i = 0; i < appends.Count; i++)
                _results[i] = new(Judge(appends[i], commit.TailOf(appends[i].Partition)));
        }
        catch (ArgumentException e)
        {
            _bug = e;
            return;
        }

        for (var i = 0; i < appends.Count; i++)
            if (_results[i].Outcome == AppendOutcome.Committed)
                commit.Append(appends[i]);
    }

    public override void Committed()
    {
        if (_bug is null)
            _done.SetResult(_results);
        else
            _done.SetException(_bug);
    }

    public override void Failed(Exception cause)
    {
        if (_bug is null)
            Array.Fill(_results, new(AppendOutcome.Unknown, cause));
        Committed();
    }

    private static AppendOutcome Judge(PartitionAppend append, Tail tail)
    {
        if (append.Epoch != tail.Epoch || append.Epoch == 0)
            return AppendOutcome.Fenced;
        if (append.ExpectedNext != tail.Next)
            return AppendOutcome.Conflict;

        AppendBugs.RefuseStranger(append, tail);
        return AppendOutcome.Committed;
    }
}

/// <summary>Raises a partition's epoch, or only reads its tail again once the log is sure of it.</summary>
sealed class TailJob(int partition, bool claim) : Job
{
    private readonly TaskCompletionSource<Tail> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Tail _tail;

    public Task<Tail> Done => _done.Task;

    public override void Stage(Commit commit)
    {
        if (claim)
            commit.RaiseEpoch(partition);
        _tail = commit.TailOf(partition);
    }

    public override void Committed() => _done.SetResult(_tail);

    public override void Failed(Exception cause) =>
        _done.SetException(new IOException($"Where partition {partition} ends is not known: {cause.Message}", cause));
}
