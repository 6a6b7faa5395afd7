using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Journal;

/// <summary>An audit finds nothing in a journal that is right, and finds whatever is not.</summary>
public sealed class JournalAuditTests : IAsyncLifetime
{
    readonly MemoryLog _log = new(World.Partitions + 1);
    readonly World _world;

    public JournalAuditTests() => _world = new World(_log);

    public async ValueTask InitializeAsync()
    {
        await _world.StartAsync();
        await _world.EnterAsync("buyer");
        await _world.EnterAsync("seller");
        foreach (var (name, units) in ((string, long)[])[("buyer-owner", 1000), ("seller-owner", 5)])
        {
            var fund = new Fund { Account = World.Id(name), Amount = new() { CurrencyCode = "CNY", Units = units }, Reference = name };
            Assert.NotNull((await _world.SendAsync(name, new Content { Fund = fund })).Accepted);
        }
        await _world.Host.DisposeAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_journal_that_is_right_has_no_findings_and_its_money_is_told()
    {
        var report = await AuditAsync();
        Assert.Empty(report.Findings);
        Assert.Equal("1005.00 CNY funded; 1005.00 CNY available, 0.00 CNY held, 0.00 CNY on its way", Assert.Single(report.Totals).ToString());
    }

    [Fact]
    public async Task A_flipped_bit_is_found_with_its_place()
    {
        var home = Partition.PartitionOf(ActId.BucketOf(World.Id("buyer-owner")), World.Partitions);
        _log.FlipBit(home, 1, bit: 300);
        Assert.Contains($"Partition {home}, position 1:", Assert.Single((await AuditAsync()).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_from_nowhere_a_hold_without_a_transaction_and_a_transfer_that_was_never_sent_are_found()
    {
        await FindsAsync("holds 3.00 CNY, and its live transactions hold 0.00 CNY", (books, account) => Books.Hold(account, "CNY", 3_000_000_000));
        await FindsAsync("its books are off by 4.00 CNY", (books, account) => account["CNY"] = account["CNY"] with { Available = account["CNY"].Available + 4_000_000_000 });
        await FindsAsync("are off by 5.00 CNY from what is on its way", (books, account) => books.SendAvailable(account, "CNY", 5_000_000_000, 0));
    }

    async Task FindsAsync(string expected, Action<Books, AccountEntry> spoil)
    {
        List<Partition> partitions = [];
        for (var index = 0; index < World.Partitions; index++)
        {
            var partition = new Partition(index, World.Broker);
            await foreach (var entry in _log.ReadAsync(index, 1, TestContext.Current.CancellationToken)) partition.Replay(entry);
            partitions.Add(partition);
        }
        var report = new AuditReport();
        JournalAudit.Check(partitions, report);
        Assert.Empty(report.Findings);

        var books = partitions.Single(partition => partition.Books.Find(World.Id("buyer-owner")) is not null).Books;
        spoil(books, books.Find(World.Id("buyer-owner"))!);
        report = new AuditReport();
        JournalAudit.Check(partitions, report);
        Assert.Contains(report.Findings, finding => finding.Contains(expected, StringComparison.Ordinal));
    }

    Task<AuditReport> AuditAsync() =>
        JournalAudit.RunAsync(_log, null, World.Broker, "test", World.Partitions, TestContext.Current.CancellationToken);
}
