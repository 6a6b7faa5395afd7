using ActProtocol.Envelopes;
using ActProtocol.V1;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Client.Mailboxes;

/// <summary>Handlers: at least once, once where success was recorded, in order within a transaction, and stopped with grace.</summary>
public class MailLoopTests
{
    const int TurnsMax = 10_000;

    [Fact]
    public async Task A_record_whose_success_was_recorded_is_not_handled_again_by_a_restarted_agent()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var path = Path.Combine(market.Folder, "inbox");
        // The first life ends between recording the success and acknowledging it.
        var dealtWith = await FirstAsync(market);
        using (var inbox = Inbox.Open(path)) inbox.Add(dealtWith);
        await market.Client.FundAsync(market.Owner, Market.Cny("1 CNY"), $"second {market.Owner.Id}", Market.Cancelled);

        var handled = await HandledUntilAsync(market, path, mail => mail.Body is Fund { Reference: var reference } && reference.StartsWith("second", StringComparison.Ordinal));

        Assert.Single(handled);
        Assert.DoesNotContain(handled, mail => mail.Receipt.Record == dealtWith.Receipt.Record);
        // It was acknowledged nevertheless: nothing waits any more.
        Assert.Empty(await WaitingAsync(market, until: 0));
    }

    [Fact]
    public async Task A_record_whose_success_was_not_recorded_is_handled_again()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var first = await FirstAsync(market);

        var handled = await HandledUntilAsync(market, Path.Combine(market.Folder, "inbox"), _ => true);

        Assert.Equal(first.Receipt.Record, Assert.Single(handled).Receipt.Record);
    }

    [Fact]
    public async Task What_follows_a_record_that_failed_waits_for_it_within_its_transaction()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var agent = ScriptedBroker.Somebody();
        // Positions 1 and 2 in one transaction, 3 in another.
        Record[] records = [ScriptedBroker.Step(1, 7), ScriptedBroker.Step(2, 7), ScriptedBroker.Step(3, 8)];
        var receipts = broker.Prove(records);
        List<string> acknowledges = [];
        broker.OnStream = async (requests, responses, stop) =>
        {
            foreach (var round in (int[][])[[0, 1, 2], [1, 0], [1]])
            {
                foreach (var at in round)
                {
                    await responses.WriteAsync(new ConnectResponse { Deliveries = { ScriptedBroker.Deliver(agent, records[at], receipts[at]) } }, stop);
                    await requests.MoveNext(stop);
                    var answer = requests.Current.Acknowledges.Single();
                    acknowledges.Add($"{answer.Cursor.ToStringUtf8()} {(answer.Failed ? "failed" : "done")}");
                }
            }
        };
        using var client = broker.NewClient();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        List<ulong> handled = [];
        var handler = new Handler((mail, _) =>
        {
            handled.Add(mail.Record.Position);
            if (handled.Count == 1) throw new IOException("Not now.");
            if (mail.Record.Position == 2) stop.Cancel();
            return Task.CompletedTask;
        });

        await new MailLoop(client, agent, handler).RunAsync(stop.Token);

        Assert.Equal([1ul, 3, 1, 2], handled);
        Assert.Equal(["1 failed", "2 failed", "3 done", "2 failed", "1 done"], acknowledges.Take(5));
    }

    [Fact]
    public async Task A_transaction_goes_on_when_its_failed_record_was_tried_for_the_last_time()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var agent = ScriptedBroker.Somebody();
        Record[] records = [ScriptedBroker.Step(1, 7), ScriptedBroker.Step(2, 7)];
        var receipts = broker.Prove(records);
        broker.OnStream = async (requests, responses, stop) =>
        {
            foreach (var (at, attempt) in ((int, uint)[])[(0, 9), (0, 10), (1, 1)])
            {
                await responses.WriteAsync(new ConnectResponse { Deliveries = { ScriptedBroker.Deliver(agent, records[at], receipts[at], attempt) } }, stop);
                await requests.MoveNext(stop);
            }
        };
        using var client = broker.NewClient();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        var handler = new Handler((mail, _) =>
        {
            if (mail.Record.Position == 1) throw new IOException("Never.");
            stop.Cancel();
            return Task.CompletedTask;
        });

        await new MailLoop(client, agent, handler).RunAsync(stop.Token);

        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public async Task What_an_operator_does_is_verified_by_the_keys_that_come_with_the_brokers()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var seed = Convert.FromHexString((await File.ReadAllTextAsync(Path.Combine(market.Broker.Folder, "data", "keys", "operator.key"), Market.Cancelled)).Trim());
        var @operator = new ActIdentity("act://local/operator", "act://local/operator", SigningKey.FromSeed(seed));
        var fund = new Fund { Account = market.Owner.Id, Amount = Market.Cny("7 CNY").ToWire(), Reference = $"by the operator {market.Owner.Id}" };
        (await market.Client.SendAsync(new Content { Header = market.Client.NewHeader(@operator, market.Owner.Home), Fund = fund }, @operator, Market.Cancelled)).OrThrow();

        // A client that knows the broker's keys alone is told that it cannot tell;
        using var without = new ActClient(market.Broker.Grpc, market.Broker.Info with { Operators = new Dictionary<string, IReadOnlyList<VerifyingKey>>() });
        var unverified = new TaskCompletionSource<string>();
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled))
        {
            var reading = new MailLoop(without, market.Owner, new Handler((_, _) => Task.CompletedTask)) { Unverified = (_, fault) => unverified.TrySetResult(fault) }.RunAsync(stop.Token);
            Assert.Contains("act://local/operator", await unverified.Task, StringComparison.Ordinal);
            await stop.CancelAsync();
            await reading;
        }
        // and one that knows the operators' is shown it.
        var handled = await HandledUntilAsync(market, Path.Combine(market.Folder, "inbox"), mail => mail.Content!.Header.Sender == @operator.Id);
        Assert.Equal(fund, handled[^1].Body);
    }

    // What is in the principal's mailbox first, without acknowledging it.
    static async Task<Mail> FirstAsync(Market market)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        await foreach (var mail in new MailConnection(market.Client, market.Owner).ReadAsync(stop.Token)) return mail;
        throw new InvalidOperationException("There is no mail.");
    }

    static async Task<List<Mail>> HandledUntilAsync(Market market, string inboxPath, Func<Mail, bool> last)
    {
        using var inbox = Inbox.Open(inboxPath);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        List<Mail> handled = [];
        await new MailLoop(market.Client, market.Owner, new Handler((mail, _) =>
        {
            handled.Add(mail);
            if (last(mail)) stop.Cancel();
            return Task.CompletedTask;
        }), inbox).RunAsync(stop.Token);
        return handled;
    }

    // The acknowledgement rides with the next append, so it is looked at until it is there.
    static async Task<IReadOnlyList<Delivery>> WaitingAsync(Market market, int until)
    {
        for (var turn = 0; ; turn++)
        {
            Assert.True(turn < TurnsMax, "never acknowledged");
            var answer = await market.Client.AskAsync(new Ask { Mail = new AskMail() }, market.Owner, Market.Cancelled);
            if (answer.Mail.Deliveries.Count <= until) return answer.Mail.Deliveries;
        }
    }

    sealed class Handler(Func<Mail, CancellationToken, Task> handle) : IMailHandler
    {
        public Task HandleAsync(Mail mail, CancellationToken cancellationToken) => handle(mail, cancellationToken);
    }
}
