using System.Threading.Channels;
using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>The single writer: takes what waits, has it decided, appends, and only then lets it be answered.</summary>
sealed class EngineLoop
{
    static readonly Refusal NotKnown = new(ErrorCode.Internal, "the outcome is not known: ask for it");

    readonly EngineOptions _options;
    readonly IPartitionLog _log;
    readonly DirectoryView _directory;
    readonly ILogger _logger;
    readonly ChannelReader<Work> _queue;
    readonly TimeProvider _time;
    readonly Slots _slots;
    readonly StampClock _clock;
    readonly Fences _fences;
    readonly MachineStore _store;
    readonly Executor _executor;
    readonly RevocationWaits _revocations;
    readonly Transfers _transfers;
    readonly Submissions _submissions;
    readonly Questions _questions;
    readonly Housekeeper _housekeeper;
    readonly Deliveries _deliveries;

    public EngineLoop(
        EngineOptions options, IPartitionLog log, ISnapshotStore? snapshots, DirectoryView directory, BatchProver prover,
        IMailSink mail, TimeProvider time, ILogger logger, ChannelReader<Work> queue)
    {
        (_options, _log, _directory, _time, _logger, _queue) = (options, log, directory, time, logger, queue);
        _slots = new Slots(options.Partitions);
        _clock = new StampClock(time);
        _fences = new Fences(_slots, _clock, time);
        _store = new MachineStore(options, log, snapshots, logger);
        _executor = new Executor(_slots, _clock, _fences, logger);
        _revocations = new RevocationWaits(_slots);
        _transfers = new Transfers(_slots, _executor, _revocations);
        _submissions = new Submissions(_slots, _clock, _executor, _revocations, log, logger);
        _questions = new Questions(_slots);
        _housekeeper = new Housekeeper(_slots, _clock, _executor);
        _deliveries = new Deliveries(_slots, log, prover, mail, logger);
    }

    public long RecordsAppended { get; private set; }

    public IReadOnlyList<string> Troubles => _fences.Troubles;

    public async Task LoadAsync(string zones, CancellationToken cancellationToken)
    {
        await Task.WhenAll(_slots.All.Select(slot => Task.Run(() => _store.LoadAsync(slot, cancellationToken), cancellationToken)));
        foreach (var slot in _slots.All) await _store.ClaimAsync(slot, cancellationToken);
        _clock.Start(_slots.All.Max(slot => slot.Machine.Stamp));
        if (_options.AcceptClockAtStart) _clock.Accept();

        var genesis = new Genesis { Partitions = (uint)_options.Partitions, Play = _options.Play, Arbiter = _options.DefaultArbiter, Zones = zones };
        foreach (var slot in _slots.All.Where(slot => slot.Machine.Position == 0 || (slot.Partition is { } partition && partition.Zones != zones)))
        {
            slot.Add(slot.Machine.Execute(Cause.Of("genesis", new Context { Genesis = genesis }), _executor.StampFor(slot)));
        }
        ShowDirectory();
        _transfers.OfferAll();
        await AppendAsync();
    }

    public async Task RunAsync()
    {
        for (var more = true; more;)
        {
            more = await WaitAsync();
            // First, while everything that the machines hold is durable.
            await RecoverAsync();
            _clock.Look();
            // Said before anybody is refused for it.
            _fences.Show();
            var taken = 0;
            for (; taken < _options.BatchMax && _queue.TryRead(out var work); taken++) Do(work);
            if (!_clock.Unsure)
            {
                _transfers.Take();
                _executor.Sweep();
                _housekeeper.Keep(taken, last: !more);
            }
            await AppendAsync();
            _fences.Show();
        }
        _revocations.Abandon(NotKnown);
        foreach (var slot in _slots.Well.Where(slot => slot.Machine.Position > slot.SnapshotAt)) await _store.SnapshotAsync(slot);
    }

    /// <summary>After a fault of the loop: nobody waits for an answer that cannot come. What the machines hold is not known to be right.</summary>
    public void Abandon(Exception fault)
    {
        _logger.LoopFailed(fault);
        _fences.ShowEnd();
        foreach (var completion in _slots.All.SelectMany(slot => slot.Completions)) completion.Failed(NotKnown);
        _questions.Abandon(NotKnown);
        _revocations.Abandon(NotKnown);
        while (_queue.TryRead(out var work))
        {
            if (work is Work.Submit submit) submit.Sink.NotDecided(submit.Envelope, NotKnown);
            if (work is Work.Query query) query.Refuse(NotKnown);
        }
    }

    // True when there is work or time has passed; false when nothing will come any more.
    async Task<bool> WaitAsync()
    {
        if (!_clock.Unsure && (_transfers.Ready || _slots.Well.Any(slot => slot.Partition?.Owes == true))) return true;

        using var sweep = new CancellationTokenSource(_options.SweepEvery, _time);
        try
        {
            return await _queue.WaitToReadAsync(sweep.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    void Do(Work work)
    {
        switch (work)
        {
            case Work.Submit submit:
                _submissions.Submit(submit.Envelope, submit.Sink);
                break;
            case Work.Query query:
                _questions.Read(query);
                break;
            case Work.MailTaken taken:
                _housekeeper.Took(taken.Agent, taken.Partition, taken.Position);
                break;
            case Work.Bury bury when !_clock.Unsure && _slots[bury.Partition].Fenced is null:
                var letter = new DeadLetter { Agent = bury.Agent, Position = (ulong)bury.Position };
                _executor.Execute(_slots[bury.Partition], Cause.Of("dead_letter", new Context { DeadLetter = letter }));
                break;
        }
    }

    // A fenced partition is read again from the log, which alone knows what was decided.
    async Task RecoverAsync()
    {
        foreach (var slot in _fences.Due)
        {
            try
            {
                await _store.LoadAsync(slot, CancellationToken.None);
                await _store.ClaimAsync(slot, CancellationToken.None);
                slot.Fenced = null;
                if (slot == _slots.Directory) ShowDirectory();
                _transfers.OfferAll();
            }
            catch (Exception fault)
            {
                _logger.RecoveryFailed(fault, slot.Index);
                _fences.Fence(slot, fault.Message, new Refusal(ErrorCode.PartitionFenced));
            }
        }
    }

    void ShowDirectory()
    {
        foreach (var entry in _slots.DirectoryMachine.Entries) _directory.Show(entry);
    }

    async Task AppendAsync()
    {
        var changed = _slots.All.Where(slot => slot.Pending.Count > 0).ToList();
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
        foreach (var slot in _slots.All.Where(slot => slot.Completions.Count > 0)) slot.Complete();
        _questions.Answer();
        await _deliveries.DeliverAsync();
        foreach (var slot in _slots.All) slot.Clear();
        foreach (var slot in _slots.Well.Where(slot => slot.Machine.Position - slot.SnapshotAt >= _options.SnapshotEvery)) await _store.SnapshotAsync(slot);
    }

    async Task<IReadOnlyList<AppendResult>> AppendAsync(List<Slot> slots)
    {
        try
        {
            return await _log.AppendAsync([.. slots.Select(slot => new PartitionAppend(slot.Index, slot.Epoch, slot.Pending[0].Position, [.. slot.Pending]))]);
        }
        catch (Exception fault)
        {
            return [.. slots.Select(_ => new AppendResult(AppendOutcome.Unknown, fault))];
        }
    }

    void Committed(Slot slot)
    {
        slot.RetryAfter = Fences.RetryMin;
        RecordsAppended += slot.Pending.Count;
        foreach (var entry in slot.Changed) _directory.Show(entry);
        foreach (var transfer in slot.Sent) _transfers.Offer(transfer);
        slot.Complete();
        foreach (var transfer in slot.Taken) _transfers.Took(transfer);
    }

    void Failed(Slot slot, AppendResult result)
    {
        _logger.AppendFailed(result.Cause, slot.Index, result.Outcome);
        // Nobody knows whether it was written: told as what it is, not as a failure.
        var refusal = result.Outcome is AppendOutcome.Unknown ? NotKnown : new Refusal(ErrorCode.PartitionFenced);
        _fences.Fence(slot, $"append: {result.Outcome}. {result.Cause?.Message}", refusal);
    }
}
