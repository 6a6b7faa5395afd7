using System.Threading.Channels;
using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Hosting;

/// <summary>The single writer: takes what waits, decides, appends, and only then answers.</summary>
sealed class EngineLoop(
    EngineOptions options, IPartitionLog log, ISnapshotStore? snapshots, DirectoryView directory, BatchProver prover,
    IMailSink mail, TimeProvider time, ILogger logger, ChannelReader<Work> queue)
{
    /// <summary>Work in one round from which on housekeeping waits, for at most <see cref="RideMs"/> or <see cref="RidingMax"/> entries.</summary>
    const int BusyRound = 32;
    const int RidingMax = 256;
    const long RideMs = 100;

    static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    readonly Slot[] _slots = [.. Enumerable.Range(0, options.Partitions + 1).Select(index => new Slot(index))];
    readonly StampClock _clock = new(time);
    readonly Queue<Transfer> _offers = new();
    readonly List<(IReadOnlyList<Slot> Read, Action Answer, Action<Refusal> Refuse)> _afterwards = [];
    readonly List<RevocationWait> _revocations = [];
    bool _stopping;
    bool _sure = true;
    long _now;

    public long RecordsAppended { get; private set; }

    public IReadOnlyList<string> Troubles { get; private set; } = [];

    Slot DirectorySlot => _slots[^1];

    /// <summary>The decision of a record, with where it stands.</summary>
    public static Decision DecisionOf(JournalEntry entry)
    {
        var record = V1.Record.Parser.ParseFrom(entry.Record.Span);
        return new Decision(record.Decision) { Partition = record.Partition, Position = record.Position, StampMs = record.StampMs };
    }

    public async Task LoadAsync(string zones, CancellationToken cancellationToken)
    {
        await Task.WhenAll(_slots.Select(slot => Task.Run(() => LoadAsync(slot, cancellationToken), cancellationToken)));
        foreach (var slot in _slots) await ClaimAsync(slot, cancellationToken);
        _clock.Start(_slots.Max(slot => slot.Machine.Stamp));
        if (options.AcceptClockAtStart) _clock.Accept();
        _now = _clock.WallMs;

        var genesis = new Genesis { Partitions = (uint)options.Partitions, Play = options.Play, Arbiter = options.DefaultArbiter, Zones = zones };
        foreach (var slot in _slots.Where(slot => slot.Machine.Position == 0 || (slot.Partition is { } partition && partition.Zones != zones)))
        {
            Record(slot, slot.Machine.Execute(Cause.Of("genesis", new Context { Genesis = genesis }), StampFor(slot)));
        }
        foreach (var entry in ((DirectoryMachine)DirectorySlot.Machine).Entries) directory.Show(entry);
        OfferAll();
        await AppendAsync();
    }

    /// <summary>After a fault of the loop: nobody waits for an answer that cannot come. What the machines hold is not known to be right.</summary>
    public void Abandon(Exception fault)
    {
        logger.LoopFailed(fault);
        Troubles = ["the engine stopped by a fault: start the broker again"];
        var refusal = new Refusal(ErrorCode.Internal, "the outcome is not known: ask for it");
        foreach (var slot in _slots)
        {
            foreach (var completion in slot.Completions) completion.Failed(refusal);
        }
        foreach (var (_, _, refuse) in _afterwards) refuse(refusal);
        while (queue.TryRead(out var work))
        {
            if (work is Work.Submit submit) submit.Sink.NotDecided(submit.Envelope, refusal);
            if (work is Work.Query query) query.Refuse(refusal);
        }
    }

    public async Task RunAsync()
    {
        while (!_stopping)
        {
            _stopping = !await WaitAsync();
            // First, while everything that the machines hold is durable.
            await RecoverAsync();
            var sure = _clock.TryNow(out var now);
            (_now, _sure) = (now, sure);
            // Said before anybody is refused for it.
            ShowTroubles();
            var taken = 0;
            for (; taken < options.BatchMax && queue.TryRead(out var work); taken++) Do(work, sure);
            if (sure)
            {
                TakeOffers();
                Sweep();
                KeepHouse(busy: taken >= BusyRound);
            }
            await AppendAsync();
            ShowTroubles();
        }
        await SnapshotAllAsync();
    }

    /// <summary>Runs a question about some partitions on the loop; its answer comes when all that was decided in them before is durable.</summary>
    /// <exception cref="EngineRefusedException">One of them is fenced.</exception>
    public static Task<T> QueryAsync<T>(ChannelWriter<Work> writer, IReadOnlyList<int> partitions, Func<IReadOnlyList<Partition>, T> query) =>
        AskAsync(writer, partitions, slots => query([.. slots.Select(slot => slot.Partition!)]));

    /// <summary>The same of all partitions that are well, by their slots, which also know what agents took and is not recorded yet.</summary>
    public static Task<T> QueryWellAsync<T>(ChannelWriter<Work> writer, Func<IReadOnlyList<Slot>, T> query) => AskAsync(writer, null, query);

    public Task<T> QueryDirectoryAsync<T>(ChannelWriter<Work> writer, Func<DirectoryMachine, T> query) =>
        AskAsync(writer, [DirectorySlot.Index], slots => query((DirectoryMachine)slots[0].Machine));

    static async Task<T> AskAsync<T>(ChannelWriter<Work> writer, IReadOnlyList<int>? slots, Func<IReadOnlyList<Slot>, T> ask)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await writer.WriteAsync(new Work.Query(slots, read =>
        {
            var answer = ask(read);
            return () => done.TrySetResult(answer);
        }, refusal => done.TrySetException(new EngineRefusedException(refusal))));
        return await done.Task;
    }

    // True when there is work or time has passed; false when nothing will come any more.
    async Task<bool> WaitAsync()
    {
        if (_offers.Count > 0 || _slots.Any(slot => slot.Partition?.Owes == true && slot.Fenced is null)) return true;

        using var sweep = new CancellationTokenSource(options.SweepEvery, time);
        try
        {
            return await queue.WaitToReadAsync(sweep.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    void Do(Work work, bool sure)
    {
        switch (work)
        {
            case Work.Submit submit:
                Submit(submit, sure);
                break;
            case Work.Query query:
                IReadOnlyList<Slot> read = [.. query.Slots?.Select(index => _slots[index]) ?? _slots.SkipLast(1).Where(well => well.Fenced is null)];
                // A fenced machine holds what may never have happened.
                if (read.Any(IsFenced)) query.Refuse(new Refusal(ErrorCode.PartitionFenced, RetryAfter: RetryMin));
                else _afterwards.Add((read, query.Read(read), query.Refuse));
                break;
            // What is in no mailbox is not written down: anybody could fill the journal.
            case Work.MailTaken taken when _slots[taken.Partition].Partition?.Mail.Find(taken.Agent)?.Has(taken.Position) != true:
                break;
            case Work.MailTaken taken:
                var slot = _slots[taken.Partition];
                if (!slot.MailTaken.TryGetValue(taken.Agent, out var positions)) slot.MailTaken[taken.Agent] = positions = [];
                positions.Add((ulong)taken.Position);
                break;
            case Work.Bury bury when sure && _slots[bury.Partition].Fenced is null:
                var letter = new Stored.DeadLetter { Agent = bury.Agent, Position = (ulong)bury.Position };
                Execute(_slots[bury.Partition], Cause.Of("dead_letter", new Context { DeadLetter = letter }));
                break;
        }
    }

    void Submit(Work.Submit submit, bool sure)
    {
        var (envelope, sink) = (submit.Envelope, submit.Sink);
        var slot = SlotOf(envelope);
        if (AcceptsClock(envelope))
        {
            _clock.Accept();
            (_now, sure) = (_clock.WallMs, true);
        }
        if (slot is null) sink.NotDecided(envelope, new Refusal(ErrorCode.Malformed, "partition"));
        else if (!sure) sink.NotDecided(envelope, new Refusal(ErrorCode.ClockUnsure, RetryAfter: TimeSpan.FromSeconds(5)));
        else if (slot.Fenced is not null) sink.NotDecided(envelope, new Refusal(ErrorCode.PartitionFenced, RetryAfter: slot.RetryAfter));
        else Decide(slot, envelope, sink);
    }

    // Once: the same bytes, sent again by anybody, say nothing about the clock as it is then. And only if it will be recorded: by the
    // stamps that there are it must not have expired.
    bool AcceptsClock(VerifiedEnvelope envelope) =>
        envelope.Opened.Content.BodyCase is Body.AcceptClock && ((OperatorRoles)envelope.Context.Roles).HasFlag(OperatorRoles.Rules)
        && DirectorySlot.Fenced is null && Math.Max(_clock.WallMs, DirectorySlot.Machine.Stamp) < envelope.Opened.Header.ExpiresAtMs
        && ((DirectoryMachine)DirectorySlot.Machine).FindOutcome(envelope.Opened.Header.Sender, envelope.Opened.MessageId) == 0;

    void Decide(Slot slot, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        // Deadlines of the account come first, in the same append, so that no step is judged by a state that time has ended.
        if (slot.Partition is { } partition && partition.AccountOf(envelope.Opened) is { } account)
        {
            for (var steps = 0; partition.NextExpired(StampFor(slot), account) is { } due; steps++)
            {
                if (steps < EngineLimits.StepsPerAppendMax && Execute(slot, due) is not null) continue;
                // More has ended at once than goes into one append: the sweep does the rest, and then this step is judged.
                sink.NotDecided(envelope, new Refusal(slot.Fenced is null ? ErrorCode.Overloaded : ErrorCode.Internal, RetryAfter: RetryMin));
                return;
            }
        }
        var result = Execute(slot, Cause.Of(envelope));
        if (result is null)
        {
            sink.NotDecided(envelope, new Refusal(ErrorCode.Internal));
        }
        else if (result.Entry is not null)
        {
            Answer(slot, result, envelope, sink);
        }
        else if (result.RepeatOf > 0)
        {
            slot.Completions.Add(new Completion(
                () => WhenRevoked(slot, envelope, () => AnswerAgain(slot, result.RepeatOf, envelope, sink)), refusal => sink.NotDecided(envelope, refusal)));
        }
        else
        {
            // What was found may rest on steps that are not durable yet; so this answer waits for them as well.
            slot.Completions.Add(new Completion(() => sink.NotDecided(envelope, result.NotRecorded!), refusal => sink.NotDecided(envelope, refusal)));
        }
    }

    void Answer(Slot slot, StepResult result, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        slot.Completions.Add(new Completion(
            () => WhenRevoked(slot, envelope, () => sink.Decided(envelope, result.Decision!)), refusal => sink.NotDecided(envelope, refusal)));
    }

    // A revocation is answered when every partition has it, and so is one that finds the key revoked, or comes again (DIR-09).
    void WhenRevoked(Slot slot, VerifiedEnvelope envelope, Action answer)
    {
        var waits = slot == DirectorySlot && envelope.Opened.Content.BodyCase is (Body.RevokeKey or Body.RotateKey);
        List<Transfer> left = waits ? [.. slot.Machine.Outboxes.Waiting.Where(transfer => transfer.Number > slot.OutboxTaken.GetValueOrDefault((int)transfer.Destination))] : [];
        if (left.Count == 0) answer();
        else _revocations.Add(new RevocationWait(left, answer));
    }

    void AnswerAgain(Slot slot, long position, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        if (slot.FindPending(position) is { } pending) sink.Decided(envelope, DecisionOf(pending));
        else _ = AnswerFromLogAsync(slot.Index, position, envelope, sink);
    }

    async Task AnswerFromLogAsync(int partition, long position, VerifiedEnvelope envelope, IAnswerSink sink)
    {
        try
        {
            sink.Decided(envelope, DecisionOf((await log.FindAsync(partition, position, CancellationToken.None))!));
        }
        catch (Exception fault)
        {
            logger.ReadFailed(fault, partition, position);
            sink.NotDecided(envelope, new Refusal(ErrorCode.Internal));
        }
    }

    // Null when the machine failed: a fault in it, never in the envelope. It is read again from the log before it goes on.
    StepResult? Execute(Slot slot, Cause cause)
    {
        try
        {
            var result = slot.Machine.Execute(cause, StampFor(slot));
            Record(slot, result);
            for (var steps = 0; steps < EngineLimits.StepsPerAppendMax && slot.Partition?.NextOwed() is { } owed; steps++)
            {
                Record(slot, slot.Machine.Execute(owed, StampFor(slot)));
            }
            return result;
        }
        catch (Exception fault)
        {
            logger.DecisionFailed(fault, slot.Index);
            Fence(slot, fault.Message, new Refusal(ErrorCode.PartitionFenced, RetryAfter: RetryMin));
            return null;
        }
    }

    static void Record(Slot slot, StepResult result)
    {
        if (result.Entry is not { } entry) return;
        slot.Pending.Add(entry);
        slot.Mail.AddRange(result.Mail);
        slot.Sent.AddRange(result.Sent);
        if (slot.Machine is DirectoryMachine machine) slot.Changed.AddRange(machine.Changed);
    }

    void TakeOffers()
    {
        for (var left = _offers.Count; left > 0; left--)
        {
            var transfer = _offers.Dequeue();
            var destination = _slots[(int)transfer.Destination];
            if (destination.Fenced is not null)
            {
                _offers.Enqueue(transfer);
            }
            else if (transfer.Number <= destination.Machine.Outboxes.TakenFrom((int)transfer.Source))
            {
                Tell(transfer);
            }
            else if (Execute(destination, Cause.Of(transfer)) is { Entry: not null })
            {
                destination.Taken.Add(transfer);
            }
        }
    }

    // The source may forget it, and whoever waits for a revocation may have one partition less to wait for.
    void Tell(Transfer transfer)
    {
        _slots[(int)transfer.Source].OutboxTaken[(int)transfer.Destination] = transfer.Number;
        for (var i = _revocations.Count - 1; i >= 0; i--)
        {
            if (!_revocations[i].Took(transfer)) continue;
            _revocations[i].Done();
            _revocations.RemoveAt(i);
        }
    }

    void Sweep()
    {
        foreach (var slot in _slots.Where(slot => slot.Fenced is null))
        {
            for (var steps = 0; steps < EngineLimits.StepsPerAppendMax && NextByTime(slot) is { } due; steps++)
            {
                if (Execute(slot, due) is null) break;
            }
        }
    }

    Cause? NextByTime(Slot slot) =>
        slot.Partition is { } partition ? partition.NextOwed() ?? partition.NextExpired(StampFor(slot))
        : ((DirectoryMachine)slot.Machine).NextRecovered(StampFor(slot));

    // In a busy round, what rides gathers for a while: a record for every few acknowledgements would cost more than they do.
    // What is lost with the process by that is delivered again.
    void KeepHouse(bool busy)
    {
        foreach (var slot in _slots)
        {
            if (slot.Fenced is not null || slot.Riding == 0) continue;
            if (busy && !_stopping && slot.Riding < RidingMax && _now - slot.HouseKeptAt is >= 0 and < RideMs) continue;

            slot.HouseKeptAt = _now;
            var housekeeping = new Housekeeping();
            foreach (var (agent, positions) in slot.MailTaken) housekeeping.Mail.Add(new Stored.MailTaken { Agent = agent, Positions = { positions } });
            foreach (var (destination, number) in slot.OutboxTaken) housekeeping.Outbox.Add(new OutboxTaken { Destination = (uint)destination, Number = number });
            slot.MailTaken.Clear();
            slot.OutboxTaken.Clear();
            Execute(slot, Cause.Of("housekeeping", new Context { Housekeeping = housekeeping }));
        }
    }

    async Task AppendAsync()
    {
        var changed = _slots.Where(slot => slot.Pending.Count > 0).ToList();
        if (changed.Count > 0)
        {
            var results = await AppendAsync(changed);
            for (var i = 0; i < changed.Count; i++)
            {
                if (results[i].Outcome is AppendOutcome.Committed) Committed(changed[i]);
                else Failed(changed[i], results[i]);
            }
        }
        // Those that have nothing to append have nothing to wait for.
        foreach (var slot in _slots.Where(slot => slot.Completions.Count > 0)) Complete(slot);
        foreach (var (read, answer, refuse) in _afterwards)
        {
            if (read.Any(IsFenced)) refuse(new Refusal(ErrorCode.PartitionFenced, RetryAfter: RetryMin));
            else answer();
        }
        _afterwards.Clear();

        await DeliverAsync();
        foreach (var slot in _slots) slot.Clear();
        foreach (var slot in _slots.Where(slot => slot.Fenced is null && slot.Machine.Position - slot.SnapshotAt >= options.SnapshotEvery)) await SnapshotAsync(slot);
    }

    static bool IsFenced(Slot slot) => slot.Fenced is not null;

    async Task<IReadOnlyList<AppendResult>> AppendAsync(List<Slot> slots)
    {
        try
        {
            return await log.AppendAsync([.. slots.Select(slot => new PartitionAppend(slot.Index, slot.Epoch, slot.Pending[0].Position, [.. slot.Pending]))]);
        }
        catch (Exception fault)
        {
            return [.. slots.Select(_ => new AppendResult(AppendOutcome.Unknown, fault))];
        }
    }

    void Committed(Slot slot)
    {
        slot.Durable = slot.Pending[^1].Position;
        slot.RetryAfter = RetryMin;
        RecordsAppended += slot.Pending.Count;
        foreach (var entry in slot.Changed) directory.Show(entry);
        foreach (var transfer in slot.Sent) _offers.Enqueue(transfer);
        Complete(slot);
        foreach (var transfer in slot.Taken) Tell(transfer);
    }

    static void Complete(Slot slot)
    {
        foreach (var completion in slot.Completions) completion.Durable();
        slot.Completions.Clear();
    }

    void Failed(Slot slot, AppendResult result)
    {
        logger.AppendFailed(result.Cause, slot.Index, result.Outcome);
        // Nobody knows whether it was written: told as what it is, not as a failure.
        var refusal = result.Outcome is AppendOutcome.Unknown ? new Refusal(ErrorCode.Internal, "the outcome is not known: ask for it") : new Refusal(ErrorCode.PartitionFenced);
        Fence(slot, $"append: {result.Outcome}. {result.Cause?.Message}", refusal);
    }

    void Fence(Slot slot, string why, Refusal refusal)
    {
        slot.Fenced = why;
        slot.RetryAfter = slot.RetryAfter == TimeSpan.Zero ? RetryMin : TimeSpan.FromTicks(Math.Min(slot.RetryAfter.Ticks * 2, RetryMax.Ticks));
        slot.RetryAt = time.GetTimestamp() + (long)(slot.RetryAfter.TotalSeconds * time.TimestampFrequency);
        // Whoever is told has a broker that says so already (NET-18).
        ShowTroubles();
        foreach (var completion in slot.Completions) completion.Failed(refusal);
        slot.Clear();
    }

    // A fenced partition is read again from the log, which alone knows what was decided.
    async Task RecoverAsync()
    {
        foreach (var slot in _slots.Where(slot => slot.Fenced is not null && time.GetTimestamp() >= slot.RetryAt))
        {
            try
            {
                await LoadAsync(slot, CancellationToken.None);
                await ClaimAsync(slot, CancellationToken.None);
                slot.Fenced = null;
                if (slot == DirectorySlot) foreach (var entry in ((DirectoryMachine)slot.Machine).Entries) directory.Show(entry);
                OfferAll();
            }
            catch (Exception fault)
            {
                logger.RecoveryFailed(fault, slot.Index);
                Fence(slot, fault.Message, new Refusal(ErrorCode.PartitionFenced));
            }
        }
    }

    async Task LoadAsync(Slot slot, CancellationToken cancellationToken)
    {
        slot.Machine = slot.Index < options.Partitions
            ? new Partition(slot.Index, options.Broker)
            : new DirectoryMachine(slot.Index, options.Broker, options.Authority);
        if (snapshots is not null && await snapshots.LatestAsync(slot.Index, cancellationToken) is { } snapshot)
        {
            slot.Machine.ReadSnapshot(new SnapshotReader(snapshot.State));
        }
        slot.SnapshotAt = slot.Machine.Position;
        await foreach (var entry in log.ReadAsync(slot.Index, slot.Machine.Position + 1, cancellationToken)) slot.Machine.Replay(entry);
        slot.Durable = slot.Machine.Position;
        slot.Partition?.FindOwed();
    }

    async Task ClaimAsync(Slot slot, CancellationToken cancellationToken)
    {
        var tail = await log.ClaimAsync(slot.Index, cancellationToken);
        if (tail.Next != slot.Machine.Position + 1 || !tail.Head.Span.SequenceEqual(slot.Machine.Head.Span))
        {
            throw new JournalCorruptException(slot.Index, tail.Next, "the log's end is not where its replay ended");
        }
        slot.Epoch = tail.Epoch;
    }

    // After a reload: everything that sources have and destinations may not.
    void OfferAll()
    {
        _offers.Clear();
        foreach (var slot in _slots.Where(slot => slot.Fenced is null))
        {
            foreach (var transfer in slot.Machine.Outboxes.Waiting) _offers.Enqueue(transfer);
        }
    }

    async Task DeliverAsync()
    {
        List<(Slot Slot, string Agent, long Position)> wanted = [];
        foreach (var slot in _slots)
        {
            foreach (var (agent, position) in slot.Mail)
            {
                if (mail.Wants(agent)) wanted.Add((slot, agent, position));
            }
        }
        if (wanted.Count == 0) return;

        List<ReadOnlyMemory<byte>> records = [];
        List<Digest> leaves = [];
        Dictionary<(int, long), int> proven = [];
        foreach (var (slot, _, position) in wanted)
        {
            if (proven.ContainsKey((slot.Index, position)) || await EntryAtAsync(slot, position) is not { } entry) continue;
            proven.Add((slot.Index, position), records.Count);
            records.Add(entry.Record);
            leaves.Add(entry.Leaf.IsEmpty ? MerkleTree.LeafHash(entry.Record.Span) : new Digest(entry.Leaf.Span));
        }
        if (records.Count == 0) return;
        var receipts = prover.Prove(records, [.. leaves]);
        foreach (var (slot, agent, position) in wanted)
        {
            if (proven.TryGetValue((slot.Index, position), out var at)) mail.Mail(new MailItem(agent, slot.Index, position, receipts[at]));
        }
    }

    // Null when an old record cannot be read: its delivery waits in the mailbox, and everything else goes on.
    async ValueTask<JournalEntry?> EntryAtAsync(Slot slot, long position)
    {
        if (slot.FindPending(position) is { } pending) return pending;
        try
        {
            return await log.FindAsync(slot.Index, position, CancellationToken.None);
        }
        catch (Exception fault)
        {
            logger.ReadFailed(fault, slot.Index, position);
            return null;
        }
    }

    async Task SnapshotAllAsync()
    {
        foreach (var slot in _slots.Where(slot => slot.Fenced is null && slot.Machine.Position > slot.SnapshotAt)) await SnapshotAsync(slot);
    }

    async Task SnapshotAsync(Slot slot)
    {
        slot.SnapshotAt = slot.Machine.Position;
        if (snapshots is null) return;
        try
        {
            var writer = new SnapshotWriter();
            slot.Machine.WriteSnapshot(writer);
            await snapshots.PutAsync(slot.Index, new Snapshot(slot.Machine.Position, slot.Machine.Head, writer.Written), CancellationToken.None);
        }
        catch (Exception fault)
        {
            // Losing a snapshot costs time at the next start, never truth.
            logger.SnapshotFailed(fault, slot.Index);
        }
    }

    Slot? SlotOf(VerifiedEnvelope envelope) => envelope.Opened.Content.BodyCase switch
    {
        Body.Register or Body.RotateKey or Body.RevokeKey or Body.RecoverKey or Body.CancelRecovery or Body.EnterForeign
            or Body.UpdateListing or Body.AcceptClock => DirectorySlot,
        Body.ReplayMail => envelope.Opened.Content.ReplayMail.Partition < options.Partitions ? _slots[(int)envelope.Opened.Content.ReplayMail.Partition] : null,
        _ => _slots[Partition.PartitionOf((int)envelope.Opened.Header.Home, options.Partitions)],
    };

    long StampFor(Slot slot) => Math.Max(_now, slot.Machine.Stamp);

    void ShowTroubles()
    {
        if (_sure && _slots.All(slot => slot.Fenced is null))
        {
            if (Troubles.Count > 0) Troubles = [];
            return;
        }
        List<string> troubles = [.. _slots.Where(slot => slot.Fenced is not null).Select(slot => $"partition {slot.Index} is fenced: {slot.Fenced}")];
        if (!_sure) troubles.Add("the clock is not trusted: correct it, or have an operator accept it");
        Troubles = troubles;
    }

    sealed record RevocationWait(List<Transfer> Left, Action Done)
    {
        public bool Took(Transfer transfer)
        {
            Left.RemoveAll(waiting => waiting.Source == transfer.Source && waiting.Destination == transfer.Destination && waiting.Number <= transfer.Number);
            return Left.Count == 0;
        }
    }
}
