using System.Threading.Channels;
using ActProtocol.Constraints;
using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>Owns all machines of a broker, and everything that goes into them or comes out.</summary>
/// <remarks>
/// One loop decides for all partitions, since a decision costs microseconds and a signature check, which is done before, sixty. What has
/// gathered while the last append was under way is decided together and appended together (group commit; there is no timer). Only then
/// are answers given and mail delivered: nothing that is not durable is shown to anybody.
/// </remarks>
public sealed class EngineHost : IAsyncDisposable
{
    readonly EngineOptions _options;
    readonly IPartitionLog _log;
    readonly ILogger _logger;
    readonly DirectoryView _directory = new();
    readonly BatchProver _prover;
    readonly Channel<Work> _queue;
    readonly EngineLoop _loop;
    Task _running = Task.CompletedTask;

    EngineHost(EngineOptions options, IPartitionLog log, ISnapshotStore? snapshots, IMailSink mail, TimeProvider time, ILogger logger)
    {
        (_options, _log, _logger) = (options, log, logger);
        _prover = new BatchProver(options.Broker, options.ReceiptKey);
        _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(options.QueueMax) { SingleReader = true });
        Gate = new Gate(options, _directory, time);
        _loop = new EngineLoop(options, log, snapshots, _directory, _prover, mail, time, logger, _queue.Reader);
    }

    /// <summary>Reads and verifies what comes in.</summary>
    public Gate Gate { get; }

    /// <summary>Why something is not well; empty when all is.</summary>
    public IReadOnlyList<string> Troubles => _loop.Troubles;

    /// <summary>Completes when nothing is decided any more: after a stop, or by a fault that this task holds.</summary>
    public Task Ended => _running;

    /// <summary>Called by the loop with the id of an entry of the directory that was changed, once that is durable; must not block.</summary>
    public Action<string>? EntryChanged
    {
        set => _directory.Changed = value;
    }

    public long RecordsAppended => _loop.RecordsAppended;

    /// <summary>Reads the journal, takes it over, and begins to decide.</summary>
    /// <exception cref="JournalCorruptException">What was journaled does not hold.</exception>
    public static async Task<EngineHost> StartAsync(
        EngineOptions options, IPartitionLog log, ISnapshotStore? snapshots, IMailSink mail, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var host = new EngineHost(options, log, snapshots, mail, time, logger);
        await host._loop.LoadAsync(ConstraintRules.ZonesVersion, cancellationToken);
        host._running = Task.Run(host.RunAsync, CancellationToken.None);
        return host;
    }

    /// <summary>Hands an envelope to its partition; waits while the queue is full.</summary>
    public ValueTask SubmitAsync(VerifiedEnvelope envelope, IAnswerSink sink, CancellationToken cancellationToken) =>
        _queue.Writer.WriteAsync(new Work.Submit(envelope, sink), cancellationToken);

    /// <summary>Hands an envelope over if there is room, and waits for the answer.</summary>
    public async Task<(Decision? Decision, Refusal? Refused)> SendAsync(VerifiedEnvelope envelope)
    {
        var sink = new OneAnswer();
        return _queue.Writer.TryWrite(new Work.Submit(envelope, sink)) ? await sink.Task : (null, new Refusal(ErrorCode.Overloaded, RetryAfter: TimeSpan.FromSeconds(1)));
    }

    /// <summary>An agent has dealt with a record. Rides with the next append.</summary>
    public ValueTask AcknowledgeAsync(string agent, int partition, long position, CancellationToken cancellationToken) =>
        partition >= 0 && partition < _options.Partitions
            ? _queue.Writer.WriteAsync(new Work.MailTaken(agent, partition, position), cancellationToken)
            : ValueTask.CompletedTask;

    /// <summary>A record was offered often enough.</summary>
    public ValueTask BuryAsync(string agent, int partition, long position, CancellationToken cancellationToken) =>
        _queue.Writer.WriteAsync(new Work.Bury(agent, partition, position), cancellationToken);

    /// <summary>What waits for an agent, oldest first within each partition, with proofs.</summary>
    public async Task<IReadOnlyList<MailItem>> ReadMailAsync(string agent, bool dead, int max, CancellationToken cancellationToken)
    {
        var positions = await QueryAsync(AllPartitions, slots => slots.SelectMany(partition => (dead ? partition.Mail.Find(agent)?.Dead : partition.Mail.Find(agent)?.Waiting) is { } box
            ? box.Take(max).Select(mail => (partition.Index, mail.Position)).ToList() : []).Take(max).ToList());
        var receipts = await ProveAsync(positions, cancellationToken);
        return [.. positions.Zip(receipts, (at, receipt) => new MailItem(agent, at.Item1, at.Item2, receipt))];
    }

    /// <summary>What waits for several agents, oldest first within each partition, with proofs: at most <paramref name="max"/> over all.</summary>
    /// <returns>And whether all partitions could be read: what waits in the others is had later.</returns>
    public async Task<(IReadOnlyList<MailItem> Items, bool AllRead)> ReadMailAsync(IReadOnlyList<MailRead> reads, int max, CancellationToken cancellationToken)
    {
        var (found, count) = await Questions.AskWellAsync(_queue.Writer, slots => (reads.SelectMany(read => slots.SelectMany(slot => slot.WaitingFor(read.Agent))
            .Where(at => !read.Except.Contains(at)).Take(read.Max).Select(at => (read.Agent, At: at))).Take(max).ToList(), slots.Count));
        return (await ProveReadableAsync([.. found.Select(item => (item.Agent, item.At.Partition, item.At.Position))], cancellationToken), count == _options.Partitions);
    }

    /// <summary>Records of mailboxes that were read before, with proofs anew; without those that cannot be read now.</summary>
    public Task<IReadOnlyList<MailItem>> ReadAgainAsync(IReadOnlyList<(string Agent, int Partition, long Position)> places, CancellationToken cancellationToken) =>
        ProveReadableAsync(places, cancellationToken);

    /// <summary>Answers a signed question for what is its sender's.</summary>
    public async Task<(AskResponse? Answer, Refusal? Refused)> AskAsync(VerifiedEnvelope envelope, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(envelope, cancellationToken);
        }
        catch (IOException)
        {
            // A record that it takes cannot be read, or is not what it was; who asks is told no wrong one instead.
            return (null, new Refusal(ErrorCode.Internal, "a record cannot be read"));
        }
    }

    async Task<(AskResponse? Answer, Refusal? Refused)> AnswerAsync(VerifiedEnvelope envelope, CancellationToken cancellationToken)
    {
        var (ask, sender, context) = (envelope.Opened.Content.Ask, envelope.Opened.Sender, envelope.Context);
        var home = Partition.PartitionOf(envelope.Opened.Home, _options.Partitions);
        var roles = (OperatorRoles)context.Roles;
        switch (ask.QuestionCase)
        {
            case Ask.QuestionOneofCase.Outcome:
                return await OutcomeAsync(sender, Id16.FromWire(ask.Outcome.TransactionId), Id16.FromWire(ask.Outcome.MessageId), home, cancellationToken);
            case Ask.QuestionOneofCase.Transaction:
                return await TransactionAsync(sender, Id16.FromWire(ask.Transaction.TransactionId), (long)Math.Min(ask.Transaction.AfterPosition, long.MaxValue), home, cancellationToken);
            case Ask.QuestionOneofCase.Account:
                if (ask.Account.Account != sender && !roles.HasFlag(OperatorRoles.View)) return No(ErrorCode.RoleMissing);
                var where = Partition.PartitionOf(ActId.BucketOf(ask.Account.Account), _options.Partitions);
                var account = await QueryAsync([where], slots => slots[0].FindAccount(ask.Account.Account));
                return (new AskResponse { Account = account ?? new Account { Id = ask.Account.Account } }, null);
            case Ask.QuestionOneofCase.Mandate:
                var mandate = await QueryAsync([home], slots => slots[0].FindMandate(sender, Digest.FromWire(ask.Mandate.Mandate)));
                return mandate is null ? No(ErrorCode.MandateUnknown) : (new AskResponse { Mandate = mandate }, null);
            case Ask.QuestionOneofCase.Mail:
                return await MailAsync(sender, ask.Mail, cancellationToken);
            case Ask.QuestionOneofCase.Payouts:
                if (!roles.HasFlag(OperatorRoles.Fund)) return No(ErrorCode.RoleMissing);
                if (ask.Payouts.Partition >= _options.Partitions) return No(ErrorCode.Malformed);
                return (new AskResponse { Payouts = await QueryAsync([(int)ask.Payouts.Partition], slots => slots[0].FindPayouts()) }, null);
            case Ask.QuestionOneofCase.None:
                return No(ErrorCode.Malformed);
        }
        return No(ErrorCode.Malformed);
    }

    /// <summary>What a seller did, summed over all partitions.</summary>
    public async Task<Standing> StandingAsync(string seller) => (await StandingsAsync([seller]))[0];

    /// <summary>What several sellers did, in their order.</summary>
    public Task<List<Standing>> StandingsAsync(IReadOnlyList<string> sellers) => QueryAsync(AllPartitions, slots => sellers.Select(seller =>
    {
        var sum = new Standing();
        foreach (var standing in slots.Select(partition => partition.FindStanding(seller)))
        {
            sum.Settled += standing.Settled;
            sum.Disputed += standing.Disputed;
            sum.Lost += standing.Lost;
            sum.DistinctPayers += standing.DistinctPayers;
        }
        return sum;
    }).ToList());

    /// <summary>Decides what has come, makes it durable, answers, and ends. What comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _running;
    }

    async Task RunAsync()
    {
        try
        {
            await _loop.RunAsync();
        }
        catch (Exception fault)
        {
            // From now on whoever hands something over is told, instead of waiting for ever.
            _queue.Writer.TryComplete(fault);
            _loop.Abandon(fault);
            throw;
        }
    }

    async Task<(AskResponse?, Refusal?)> OutcomeAsync(string sender, Id16 transaction, Id16 message, int home, CancellationToken cancellationToken)
    {
        var (partition, position) = await QueryAsync([home], slots => (home, slots[0].FindOutcome(sender, transaction, message)));
        if (position == 0 && transaction.IsNone)
        {
            (partition, position) = (_options.Partitions, await Questions.AskDirectoryAsync(_queue.Writer, _options.Partitions, directory => directory.FindOutcome(sender, message)));
        }
        if (position == 0) return (new AskResponse { Outcome = new() }, null);

        var entry = await _log.FindAsync(partition, position, cancellationToken);
        return (new AskResponse { Outcome = new() { Known = true, Decision = entry!.ReadDecision() } }, null);
    }

    async Task<(AskResponse?, Refusal?)> TransactionAsync(string sender, Id16 transaction, long after, int home, CancellationToken cancellationToken)
    {
        var found = await QueryAsync([home], slots => slots[0].FindRecords(sender, transaction));
        if (found is not { } records) return No(ErrorCode.TransactionUnknown);

        var positions = records.Positions.Where(position => position > after).Take(256).Select(position => (home, position)).ToList();
        var answer = new TransactionAnswer { State = records.State };
        answer.Records.AddRange(await ProveAsync(positions, cancellationToken));
        return (new AskResponse { Transaction = answer }, null);
    }

    async Task<(AskResponse?, Refusal?)> MailAsync(string sender, AskMail ask, CancellationToken cancellationToken)
    {
        var answer = new MailAnswer();
        foreach (var item in await ReadMailAsync(sender, ask.DeadLetters, ask.PageSize == 0 ? 64 : (int)ask.PageSize, cancellationToken))
        {
            answer.Deliveries.Add(new Delivery { Agent = sender, Receipt = item.Receipt, Cursor = MailCursor.ToWire(item.Partition, item.Position) });
        }
        return (new AskResponse { Mail = answer }, null);
    }

    // What cannot be read is left out: it waits in its mailbox, and everything else goes on.
    async Task<IReadOnlyList<MailItem>> ProveReadableAsync(IReadOnlyList<(string Agent, int Partition, long Position)> places, CancellationToken cancellationToken)
    {
        List<(string Agent, int Partition, long Position)> readable = [];
        List<ReadOnlyMemory<byte>> records = [];
        foreach (var place in places)
        {
            try
            {
                records.Add(await RecordAsync(place.Partition, place.Position, cancellationToken));
                readable.Add(place);
            }
            catch (IOException fault)
            {
                _logger.ReadFailed(fault, place.Partition, place.Position);
            }
        }
        if (records.Count == 0) return [];
        return [.. readable.Zip(_prover.Prove(records), (place, receipt) => new MailItem(place.Agent, place.Partition, place.Position, receipt))];
    }

    async Task<Receipt[]> ProveAsync(List<(int Partition, long Position)> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0) return [];
        List<ReadOnlyMemory<byte>> records = [];
        foreach (var (partition, position) in positions) records.Add(await RecordAsync(partition, position, cancellationToken));
        return _prover.Prove(records);
    }

    async ValueTask<ReadOnlyMemory<byte>> RecordAsync(int partition, long position, CancellationToken cancellationToken) =>
        (await _log.FindAsync(partition, position, cancellationToken) ?? throw new JournalCorruptException(partition, position, "the entry is not in the log")).Record;

    int[] AllPartitions => [.. Enumerable.Range(0, _options.Partitions)];

    Task<T> QueryAsync<T>(IReadOnlyList<int> partitions, Func<IReadOnlyList<Partition>, T> query) => Questions.AskAsync(_queue.Writer, partitions, query);

    static (AskResponse?, Refusal?) No(ErrorCode code) => (null, new Refusal(code));

    sealed class OneAnswer : IAnswerSink
    {
        readonly TaskCompletionSource<(Decision?, Refusal?)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<(Decision?, Refusal?)> Task => _done.Task;

        public void Decided(VerifiedEnvelope envelope, Decision decision) => _done.TrySetResult((decision, null));

        public void NotDecided(VerifiedEnvelope envelope, Refusal refusal) => _done.TrySetResult((null, refusal));
    }
}
