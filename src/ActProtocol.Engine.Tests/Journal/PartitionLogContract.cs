namespace ActProtocol.Engine.Journal;

/// <summary>What every <see cref="IPartitionLog"/> must keep. Derive, say how to open one, and all tests run against it.</summary>
public abstract class PartitionLogContract : IAsyncLifetime
{
    protected const int Partitions = 8;

    private IPartitionLog? _log;

    protected IPartitionLog Log => _log!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new, empty log of <see cref="Partitions"/> partitions.</summary>
    protected abstract ValueTask<IPartitionLog> CreateAsync();

    /// <summary>The same log after an orderly stop.</summary>
    protected abstract ValueTask<IPartitionLog> ReopenAsync(IPartitionLog log);

    public async ValueTask InitializeAsync() => _log = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_log is not null)
            await _log.DisposeAsync();
    }

    [Fact]
    public async Task A_new_partition_ends_before_its_first_position()
    {
        Chain.Same(new(1, 0, JournalEntry.Genesis), await Log.TailAsync(0, Token));
        Assert.Empty(await ReadAsync(0, 1));
        Assert.Null(await Log.FindAsync(0, 1, Token));
    }

    [Fact]
    public async Task A_claim_raises_the_epoch_by_one_and_moves_nothing_else()
    {
        Chain.Same(new(1, 1, JournalEntry.Genesis), await Log.ClaimAsync(3, Token));
        Chain.Same(new(1, 2, JournalEntry.Genesis), await Log.ClaimAsync(3, Token));
        Chain.Same(new(1, 2, JournalEntry.Genesis), await Log.TailAsync(3, Token));
        Chain.Same(new(1, 0, JournalEntry.Genesis), await Log.TailAsync(2, Token));
    }

    [Fact]
    public async Task What_is_committed_is_read_back_byte_for_byte()
    {
        var append = Chain.Append(1, await Log.ClaimAsync(1, Token), 700);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));

        var read = await ReadAsync(1, 1);
        Assert.Equal(700, read.Count);
        Assert.All(append.Entries.Zip(read), pair => Chain.Same(pair.First, pair.Second));
        Chain.Same(append.Entries[41], await Log.FindAsync(1, 42, Token));
        Assert.Equal([699L, 700], (await ReadAsync(1, 699)).Select(entry => entry.Position));
        Assert.Empty(await ReadAsync(1, 701));
        Assert.Null(await Log.FindAsync(1, 701, Token));
        Chain.Same(Chain.End(append), await Log.TailAsync(1, Token));
    }

    [Fact]
    public async Task An_entry_may_lack_a_private_part()
    {
        var tail = await Log.ClaimAsync(0, Token);
        var append = new PartitionAppend(0, tail.Epoch, tail.Next, Chain.After(tail, 2, privateBytes: 0));
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));
        Chain.Same(append.Entries[1], await Log.FindAsync(0, 2, Token));
    }

    [Fact]
    public async Task Each_partition_of_a_call_is_judged_by_itself_and_answered_in_order()
    {
        var free = Chain.Append(5, await Log.ClaimAsync(5, Token), 3);
        var fenced = Chain.Append(2, await Log.ClaimAsync(2, Token));
        await Log.ClaimAsync(2, Token);
        var taken = Chain.Append(7, await Log.ClaimAsync(7, Token));
        await AppendAsync(taken);

        var results = await Log.AppendAsync([taken, free, fenced]);
        Assert.Equal(
            [AppendOutcome.Conflict, AppendOutcome.Committed, AppendOutcome.Fenced], results.Select(result => result.Outcome));
        Assert.Equal(4, (await Log.TailAsync(5, Token)).Next);
        Assert.Equal(1, (await Log.TailAsync(2, Token)).Next);
        Assert.Equal(2, (await Log.TailAsync(7, Token)).Next);
    }

    [Fact]
    public async Task The_same_append_again_conflicts_and_writes_nothing()
    {
        var append = Chain.Append(0, await Log.ClaimAsync(0, Token), 2);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));
        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(append));
        Assert.Equal(2, (await ReadAsync(0, 1)).Count);
    }

    [Fact]
    public async Task An_append_beyond_the_end_conflicts()
    {
        var first = Chain.Append(0, await Log.ClaimAsync(0, Token), 2);
        var second = Chain.Append(0, Chain.End(first));
        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(second));
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(first));
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(second));
    }

    [Fact]
    public async Task Of_many_appends_to_one_place_one_commits()
    {
        var tail = await Log.ClaimAsync(4, Token);
        var appends = Enumerable.Range(0, 32).Select(seed => Chain.Append(4, tail, 2, seed)).ToArray();
        var outcomes = await Task.WhenAll(appends.Select(append => Task.Run(() => AppendAsync(append), Token)));

        var winner = Array.IndexOf(outcomes, AppendOutcome.Committed);
        Assert.Equal(31, outcomes.Count(outcome => outcome == AppendOutcome.Conflict));
        Chain.Same(Chain.End(appends[winner]), await Log.TailAsync(4, Token));
        Chain.Same(appends[winner].Entries[1], (await ReadAsync(4, 1))[1]);
    }

    [Fact]
    public async Task Without_a_claim_every_append_is_fenced()
    {
        var tail = await Log.TailAsync(0, Token);
        Assert.Equal(AppendOutcome.Fenced, await AppendAsync(Chain.Append(0, tail)));
        Assert.Equal(AppendOutcome.Fenced, await AppendAsync(Chain.Append(0, tail with { Epoch = 1 })));
        Chain.Same(tail, await Log.TailAsync(0, Token));
    }

    [Fact]
    public async Task After_a_claim_nothing_of_an_older_epoch_commits_not_even_what_was_on_its_way()
    {
        var old = await Log.ClaimAsync(6, Token);
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var tail = old;
            for (var outcome = AppendOutcome.Committed; outcome != AppendOutcome.Fenced;)
            {
                outcome = await AppendAsync(Chain.Append(6, tail));
                tail = await Log.TailAsync(6, Token) with { Epoch = old.Epoch };
            }
        })).ToArray();

        var claimed = await Log.ClaimAsync(6, Token);
        await Task.WhenAll(writers);
        Chain.Same(claimed, await Log.TailAsync(6, Token));
        Assert.Equal(claimed.Next - 1, (await ReadAsync(6, 1)).Count);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(Chain.Append(6, claimed)));
    }

    [Fact]
    public async Task Entries_that_do_not_follow_each_other_are_a_bug_and_nothing_is_written()
    {
        var tail = await Log.ClaimAsync(0, Token);
        var good = Chain.Append(0, tail, 3);
        JournalEntry[] e = [.. good.Entries];
        var other = Chain.After(tail with { Head = e[2].Head }, 1);

        await RefusedAsync(good with { Entries = [] });
        await RefusedAsync(good with { Entries = [e[0], e[2]] });
        await RefusedAsync(good with { Entries = [e[0], e[1] with { Record = e[2].Record }] });
        await RefusedAsync(good with { Entries = [e[0] with { Head = e[0].Head[..31] }] });
        await RefusedAsync(good with { Entries = other });
        await RefusedAsync(good with { ExpectedNext = 2 });
        await RefusedAsync(good with { Partition = Partitions });
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.AppendAsync([good, good]));
        await Log.ClaimAsync(1, Token);
        var innocent = Chain.Append(1, await Log.TailAsync(1, Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.AppendAsync([innocent, good with { Entries = other }]));

        Chain.Same(tail, await Log.TailAsync(0, Token));
        Assert.Equal(1, (await Log.TailAsync(1, Token)).Next);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(good));
    }

    [Fact]
    public async Task Partitions_written_at_once_do_not_mix()
    {
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => Task.Run(async () =>
        {
            var tail = await Log.ClaimAsync(partition, Token);
            for (var i = 0; i < 50; i++)
            {
                var append = Chain.Append(partition, tail, 1 + (i % 3), partition);
                Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));
                tail = Chain.End(append);
            }
        })));

        for (var partition = 0; partition < Partitions; partition++)
        {
            var read = await ReadAsync(partition, 1);
            Assert.Equal(Chain.After(new(1, 1, JournalEntry.Genesis), 99, partition).Select(entry => entry.Head.ToArray()),
                read.Select(entry => entry.Head.ToArray()));
        }
    }

    [Fact]
    public async Task All_of_it_is_there_after_a_restart()
    {
        var append = Chain.Append(1, await Log.ClaimAsync(1, Token), 5);
        await AppendAsync(append);
        await Log.ClaimAsync(2, Token);

        _log = await ReopenAsync(Log);
        Chain.Same(Chain.End(append), await Log.TailAsync(1, Token));
        Chain.Same(new(1, 1, JournalEntry.Genesis), await Log.TailAsync(2, Token));
        Assert.Equal(5, (await ReadAsync(1, 1)).Count);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(Chain.Append(1, await Log.ClaimAsync(1, Token))));
    }

    [Fact]
    public async Task A_snapshot_is_the_latest_that_was_put()
    {
        var store = (ISnapshotStore)Log;
        Assert.Null(await store.LatestAsync(0, Token));
        var entries = Chain.Append(0, await Log.ClaimAsync(0, Token), 6).Entries;
        await Log.AppendAsync([new(0, 1, 1, entries)]);
        foreach (var position in (int[])[2, 6, 4])
            await store.PutAsync(0, new(position, entries[position - 1].Head, new byte[] { (byte)position, 9 }), Token);

        var latest = await store.LatestAsync(0, Token);
        Assert.NotNull(latest);
        Assert.Equal(6, latest.Position);
        Assert.Equal([6, 9], latest.State.ToArray());
        Assert.Equal(entries[5].Head.ToArray(), latest.Head.ToArray());
        Assert.Null(await store.LatestAsync(1, Token));
    }

    protected async Task<AppendOutcome> AppendAsync(PartitionAppend append) => (await Log.AppendAsync([append]))[0].Outcome;

    protected async Task<List<JournalEntry>> ReadAsync(int partition, long from)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Log.ReadAsync(partition, from, Token))
            entries.Add(entry);
        return entries;
    }

    private async Task RefusedAsync(PartitionAppend append) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.AppendAsync([append]));
}
