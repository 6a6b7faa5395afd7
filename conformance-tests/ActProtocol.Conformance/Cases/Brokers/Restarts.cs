using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

/// <summary>What is there after the broker was ended without a warning, or its power cut.</summary>
static class Restarts
{
    [Check("ENV-20.after-a-restart", "The bytes of a lock and of a refused step get their first answers after a restart too, and have no second effect.", Also = ["JRN-01", "ERR-07"], Hook = IBrokerHooks.Restart, Exclusive = true, Exact = true)]
    public static async Task AfterARestart(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var (locking, wrong) = (sale.Lock(), sale.Accept());
        var first = await scenario.AcceptedAsync("a lock", locking);
        var refused = AsRefused("step_out_of_order", "an acceptance of nothing", await scenario.SendAsync(wrong));
        await RestartAsync(scenario);
        Equal("the answer to the lock", first.Decision, (await scenario.AcceptedAsync("the same lock", locking)).Decision);
        Equal("the answer to the refused step", refused.Status, AsRefused("step_out_of_order", "the same step", await scenario.SendAsync(wrong)).Status);
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
        await scenario.AcceptedAsync("the next step", sale.Confirm());
    }

    [Check("TXN-08.deadline-while-it-was-down", "A deadline that passed while the broker was down is recorded before any later step of the account.", Also = ["TXN-33", "JRN-10"], Hook = IBrokerHooks.Restart, Exclusive = true, Exact = true)]
    public static async Task DeadlineWhileItWasDown(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted, quote: quote => quote.Terms.HoldForMs = 1000);
        var deadline = (await scenario.BuildAsync(sale.Lock())).Accepted.DeadlineMs;
        await scenario.BuildAsync(sale.Confirm());
        await RestartAsync(scenario);
        // Where the broker was back before it, its own sweep records it: either way it stands before what comes after.
        await scenario.StampedAfterAsync(deadline, sale.Principal);
        await scenario.TooLateAsync("deadline_passed", "a commit after it", sale.Commit());
        Equal("the state", Expired, await scenario.StateOfAsync(sale));
        await scenario.AcceptedAsync("control: a commit in time", (await scenario.Another(sale).UntilAsync(Confirmed)).Commit());
    }

    [Check("MBX-02.cursor-after-a-restart", "Mail that waits is there after a restart, under cursors that stay good; what was acknowledged and made durable is not.", Also = ["MBX-01", "MBX-03"], Hook = IBrokerHooks.Restart, Exclusive = true, Exact = true)]
    public static async Task CursorAfterARestart(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        await scenario.BuildAsync(intent);
        var before = (await scenario.MailAsync(sale.Seller)).FirstOrDefault(delivery => Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content == intent.Content) ?? throw Failed("AskMail", "the intent", "nothing");
        await RestartAsync(scenario);
        Equal("copies of it", 1, await scenario.MailOfAsync(sale.Seller, intent));
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        Equal("the record", before.Receipt.Record, (await stream.DeliveredAsync(sale.Seller, intent)).Receipt.Record);
        await stream.AcknowledgeAsync(before);
        await scenario.UntilAsync(async () => await scenario.MailOfAsync(sale.Seller, intent) == 0);
        Equal("copies after the old cursor was given back", 0, await scenario.MailOfAsync(sale.Seller, intent));
    }

    [Check("MAN-07.revoked-after-a-restart", "What was revoked stays revoked, and what was spent stays spent, over a restart.", Also = ["MAN-06", "JRN-07"], Hook = IBrokerHooks.Restart, Exclusive = true, Exact = true)]
    public static async Task RevokedAfterARestart(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].InTotal = Xts.Of(150))).UntilAsync(Settled, intent => intent.Budget = Xts.Of(150));
        var revoked = scenario.Another(sale);
        revoked.Mandate = await scenario.MandateAsync(sale.Buyer);
        await scenario.BuildAsync(scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(revoked.Mandate) }));
        await RestartAsync(scenario);
        await scenario.RefusedAsync("mandate_revoked", "an intent under the revoked mandate", revoked.Intent());
        var next = await scenario.Another(sale).UntilAsync(Quoted, intent => intent.Budget = Xts.Of(150));
        await scenario.RefusedAsync("mandate_exceeded", "a lock above what is left", next.Lock());
        await scenario.BuildAsync(next.Step(next.Seller, next.NewQuote(Xts.Of(50))));
        await scenario.AcceptedAsync("a lock of what is left", next.Lock());
    }

    [Check("JRN-01.killed-under-load", "Ended in the midst of two hundred sales, the broker has every acknowledged record at the same position with the same stamp; what had no answer is known or not, and sending it again is safe.",
        Also = ["JRN-09", "ENV-22", "JRN-14"], Hook = IBrokerHooks.Restart, Exclusive = true, Exact = true)]
    public static Task KilledUnderLoad(BrokerScenario scenario) => EndedUnderLoadAsync(scenario, () => RestartAsync(scenario));

    [Check("JRN-01.power-cut-under-load", "The same when the power is cut: what was written and not durable was not acknowledged.", Also = ["JRN-09", "JRN-14"], Hook = IBrokerHooks.Powercut, Exclusive = true, Exact = true)]
    public static Task PowerCutUnderLoad(BrokerScenario scenario) => EndedUnderLoadAsync(scenario, () => Hooks(scenario).PowercutAsync(scenario.CancellationToken));

    static async Task EndedUnderLoadAsync(BrokerScenario scenario, Func<Task> end)
    {
        var first = await scenario.SaleAsync(Xts.Of(20_000));
        var sales = Enumerable.Range(0, 200).Select(_ => scenario.Another(first)).ToList();
        // Those ahead are all through when the broker ends; the others are in the midst of it, or have not begun.
        foreach (var sale in sales.Take(20)) await sale.UntilAsync(Settled);
        using var begun = new CountdownEvent(20);
        var load = Task.WhenAll(sales.Skip(20).Chunk(18).Select(some => Task.Run(async () =>
        {
            foreach (var sale in some)
            {
                Func<Envelope>[] steps = [() => sale.Intent(), () => sale.Quote(), () => sale.Lock(), () => sale.Confirm(), () => sale.Commit()];
                foreach (var step in steps)
                {
                    if (await SendUnlessGoneAsync(scenario, step()) is not Outcome.Taken) return;
                }
                if (!begun.IsSet) begun.Signal();
            }
        })));
        await Task.WhenAny(load, Task.Run(() => begun.Wait(scenario.CancellationToken)));
        await end();
        await load;
        var acknowledged = scenario.History.Events;
        foreach (var taken in acknowledged.Where(taken => taken.Content.Header.TransactionId.Length > 0 || taken.Content.Intent is not null))
        {
            var again = await scenario.AcceptedAsync($"{taken.Content.BodyCase}, acknowledged before the end, sent again", taken.Envelope);
            Equal("its decision", taken.Decision, again.Decision);
        }
        foreach (var envelope in scenario.History.Unanswered)
        {
            if (await scenario.SendAsync(envelope) is Outcome.Broken broken) throw Failed("what had no answer, sent again", "an answer", broken);
        }
    }

    static async Task<Outcome> SendUnlessGoneAsync(BrokerScenario scenario, Envelope envelope)
    {
        try
        {
            return await scenario.SendAsync(envelope);
        }
        catch (SubjectGoneException)
        {
            return scenario.Note(envelope, new Outcome.Broken("the broker was gone"));
        }
    }

    static Task RestartAsync(BrokerScenario scenario) => Hooks(scenario).RestartAsync(scenario.CancellationToken);

    static IBrokerHooks Hooks(BrokerScenario scenario) => scenario.Target.Hooks ?? throw new UntestedException("The config has no hooks.");
}
