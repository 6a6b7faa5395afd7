using ActProtocol.Engine.Transactions;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Hosting;

/// <summary>Durable before visible: while an append hangs, nobody is answered, nothing is delivered, and no question shows what it holds.</summary>
public sealed class VisibilityTests
{
    const int TurnsMax = 200;

    /// <summary>What somebody may ask about a lock under way, and how the answer tells that it is known.</summary>
    public static TheoryData<string> Questions { get; } = ["outcome", "transaction", "account", "mandate", "mail", "standing", "payouts"];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_question_is_answered_when_what_came_before_it_is_durable(string question)
    {
        await using var market = await Market.OpenAsync();
        var deal = await market.BringAsync(TransactionState.Quoted);
        // An answer comes before the mail of the same append: a question goes behind both.
        await market.World.TurnAsync();
        using var hanging = market.Log.HangNext();
        var mails = MailsCount(market);

        var locking = market.TryAsync(deal, Role.Buyer, StepKind.Lock);
        await hanging.Reached;
        var asking = ShowsLockAsync(market, deal, question);
        for (var turn = 0; turn < TurnsMax; turn++) await Task.Yield();
        Assert.False(locking.IsCompleted, "answered");
        Assert.False(asking.IsCompleted, "shown");
        Assert.Equal(mails, MailsCount(market));

        hanging.Release();
        Assert.Equal(TransactionState.Locked, (await locking).Accepted!.State);
        Assert.True(await asking);
        await market.World.TurnAsync();
        Assert.Equal(mails + 1, MailsCount(market));
    }

    [Fact]
    public async Task The_directory_shows_an_entry_when_its_registration_is_durable()
    {
        await using var market = await Market.OpenAsync();
        using var hanging = market.Log.HangNext();

        var registering = market.World.EnterOwnerAsync("newcomer");
        await hanging.Reached;
        Assert.Null(market.World.Host.Gate.FindEntry(World.Id("newcomer-owner")));
        // And it may not sign: who is not shown is not there.
        var early = market.World.Seal("newcomer-owner", market.MandateFor("newcomer"));
        Assert.Equal(ErrorCode.SignatureInvalid, (await market.World.TrySendAsync(early)).Refused!.Code);

        hanging.Release();
        await registering;
        Assert.NotNull(market.World.Host.Gate.FindEntry(World.Id("newcomer-owner")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_that_may_have_failed_is_shown_as_the_journal_has_it(bool written)
    {
        await using var market = await Market.OpenAsync();
        var deal = await market.BringAsync(TransactionState.Quoted);
        await market.World.TurnAsync();
        var mails = MailsCount(market);
        market.Log.UnknownNext(written);
        Assert.Equal(ErrorCode.Internal, (await market.TryAsync(deal, Role.Buyer, StepKind.Lock)).Code);
        Assert.Equal(mails, MailsCount(market));

        var refused = 0;
        while (true)
        {
            try
            {
                Assert.Equal(written, await ShowsLockAsync(market, deal, "outcome"));
                Assert.Equal(written ? TransactionState.Locked : TransactionState.Quoted, await market.StateAsync(deal));
                break;
            }
            catch (EngineRefusedException fenced)
            {
                // Until it has been read again nobody is told anything.
                Assert.Equal(ErrorCode.PartitionFenced, fenced.Refusal.Code);
                Assert.True(++refused < TurnsMax);
                market.World.Time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    static int MailsCount(Market market)
    {
        lock (market.World.Mails) return market.World.Mails.Count;
    }

    // Whether the answer has what the lock did. Standings and payouts have nothing of it: for them it is enough that they wait.
    static async Task<bool> ShowsLockAsync(Market market, Deal deal, string question)
    {
        switch (question)
        {
            case "outcome":
                var id = Content.Parser.ParseFrom(deal.Last!.Content).Header.MessageId;
                return (await AskAsync("buyer", new Ask { Outcome = new AskOutcome { TransactionId = deal.Id, MessageId = id } })).Outcome.Known;
            case "transaction":
                return (await AskAsync("seller", new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } })).Transaction.State is TransactionState.Locked;
            case "account":
                return await market.MoneyAsync("buyer-owner") == "700.00 / 300.00";
            case "mandate":
                return (await AskAsync("buyer", new Ask { Mandate = new AskMandate { Mandate = market.Mandate.ToWire() } })).Mandate.Spent[0].Units == Steps.Price;
            case "mail":
                return (await AskAsync("seller", new Ask { Mail = new AskMail() })).Mail.Deliveries.Any(delivery => IsLock(delivery.Receipt.Record));
            case "standing":
                return (await market.World.Host.StandingAsync(World.Id("seller"))).Settled == 0;
            default:
                return (await AskAsync("cashier", new Ask { Payouts = new AskPayouts() })).Payouts.Payouts.Count == 0;
        }

        async Task<AskResponse> AskAsync(string sender, Ask ask) => (await market.World.AskAsync(sender, ask, deal.Home)).Answer!;

        static bool IsLock(ByteString record) => V1.Record.Parser.ParseFrom(record).Envelope is { } envelope && Content.Parser.ParseFrom(envelope.Content).Lock is not null;
    }
}
