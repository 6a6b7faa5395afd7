using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Model;
using ActProtocol.V1;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Table
{
    static readonly Role[] Roles = [Role.Buyer, Role.Seller, Role.Principal, Role.Arbiter];

    [Check("TXN-05.steps-that-the-table-has-not", "In each state, every step that the table has not for a role is step_not_yours when that role may never take it, otherwise step_out_of_order (deadline_passed where a deadline ended the state it belongs to), and changes nothing.",
        Also = ["TXN-03", "TXN-04", "TXN-06", "TXN-09"], Values =
    [
        "open", "quoted", "declined", "cancelled", "expired", "awaiting-approval", "denied", "locked", "released", "confirmed", "committed", "fulfilled", "disputed", "settled", "refunded",
    ])]
    public static async Task StepsThatTheTableHasNot(BrokerScenario scenario, string value)
    {
        var state = SaleStates.Named(value);
        var sale = await scenario.SaleInAsync(state);
        var before = await Snapshot.TakeAsync(scenario);
        foreach (var role in Roles)
        {
            foreach (var kind in TransitionTable.Steps.Where(kind => TransitionTable.Find(state, role, kind) is null))
            {
                AsRefused(CodeOf(state, role, kind), $"{kind} by the {role} in {state}", await scenario.SendAsync(sale.StepBy(role, kind)));
            }
        }
        if ((await Snapshot.TakeAsync(scenario)).DifferenceFrom(before) is { } change) throw Failed("all these refusals", "nothing changed", change);
        Equal("the state after them", state, await scenario.StateOfAsync(sale));
    }

    static string CodeOf(TransactionState state, Role role, StepKind kind)
    {
        // TXN-03: nobody is the arbiter before the first lock.
        if (role is Role.Arbiter && state is Open or Quoted or Declined or Cancelled or Expired) return "transaction_unknown";
        if (state is Expired && TransitionTable.Find(Quoted, role, kind) is not null) return "deadline_passed";
        return TransitionTable.IsEverOf(role, kind) ? "step_out_of_order" : "step_not_yours";
    }

    [Check("TXN-05.steps-that-the-table-has", "In each state, every step that the table has for a role is taken from a fresh transaction, and leads to the table's state.", Values =
    [
        "open", "quoted", "awaiting-approval", "locked", "confirmed", "committed", "fulfilled", "disputed", "settled",
    ])]
    public static async Task StepsThatTheTableHas(BrokerScenario scenario, string value)
    {
        var state = SaleStates.Named(value);
        foreach (var row in TransitionTable.All.Where(row => row.From == state && row.By is not Role.Broker))
        {
            // Fulfilling what is settled is for sales that were settled at once (TXN-36).
            var isInstant = row.Needs.Contains("terms_instant");
            var sale = isInstant ? await (await scenario.SaleAsync()).UntilAsync(Settled) : await scenario.SaleInAsync(state);
            var taken = await scenario.AcceptedAsync($"{row.Step} by the {row.By} in {state}", sale.StepBy(row.By, row.Step));
            True($"{row.Id}, {row.Step} by the {row.By} in {state}", row.To.Contains(taken.Accepted.State), string.Join(" or ", row.To), taken.Accepted.State);
        }
    }

    [Check("TXN-06.ends-hold-nothing", "Every end state has freed or given back what was held: the account has all that it had.", Values = ["declined", "cancelled", "expired", "denied", "released", "refunded"])]
    public static async Task EndsHoldNothing(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        Equal("the state", SaleStates.Named(value), await scenario.StateOfAsync(sale));
    }

    [Check("TXN-03.principal-that-buys-itself", "A principal that sent the intent itself buys as buyer, and approves and denies as principal.", Values = ["approve", "deny"])]
    public static async Task PrincipalThatBuysItself(BrokerScenario scenario, string value)
    {
        var owner = await scenario.PrincipalAsync("owner");
        await scenario.FundAsync(owner, Xts.Of(1000));
        var mandate = await scenario.MandateAsync(owner, each => each.Limits[0].ApprovalAbove = Xts.Of(0));
        var sale = scenario.Track(new Sale(scenario, owner, await scenario.SellerAsync(), mandate));
        await sale.UntilAsync(Quoted);
        Equal("the state after its lock", AwaitingApproval, (await scenario.AcceptedAsync("a lock", sale.Lock())).Accepted.State);
        var step = sale.Draft(owner, value == "deny" ? new Deny() : new Approve { Quote = Google.Protobuf.ByteString.CopyFrom(sale.QuoteDigest), Language = "en", Rendering = Digest(sale) }, header => header.Recipients.Clear());
        Equal("the state after its answer", value == "deny" ? Denied : Locked, (await scenario.AcceptedAsync($"{value} by the principal that bought", BrokerScenario.Seal(owner, step))).Accepted.State);
        static Google.Protobuf.ByteString Digest(Sale sale) => Google.Protobuf.ByteString.CopyFrom(Rendering.PurchaseText.DigestOf(sale.Rendering("en")));
    }

    [Check("TXN-04.stranger", "A step by somebody without a role is answered as if there were no such transaction, in every word.", Also = ["ERR-03"])]
    public static async Task Stranger(BrokerScenario scenario)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(Committed);
        var stranger = await scenario.AgentAsync("stranger", sale.Principal);
        var real = await scenario.RefusedAsync("transaction_unknown", "a step of a stranger", sale.Step(stranger, new Accept()));
        var none = AsRefused("transaction_unknown", "a step in no transaction", await scenario.SendAsync(sale.Step(stranger, new Accept(), header => header.TransactionId = Google.Protobuf.ByteString.CopyFrom(scenario.Random.Bytes(16)))));
        Equal("the whole refusal", none.Status, real.Status);
        await scenario.RefusedAsync("transaction_unknown", "a step of the seller's principal", sale.Step(sale.Seller.Owner, new Accept()));
        await scenario.AcceptedAsync("the seller's own step", sale.Fulfil());
        await scenario.AcceptedAsync("the buyer's own step", sale.Accept());
    }

    [Check("TXN-02.id-of-another", "A transaction has the id that its intent and seller give: with another the step is transaction_unknown.")]
    public static async Task IdOfAnother(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        await scenario.RefusedAsync("transaction_unknown", "an id one bit off", sale.Quote(header: header => header.TransactionId = Flipped(header.TransactionId)), sale.Quote());
        static Google.Protobuf.ByteString Flipped(Google.Protobuf.ByteString id) => Google.Protobuf.ByteString.CopyFrom([.. id.Span[..15], (byte)(id[15] ^ 1)]);
    }

    [Check("TXN-15.sixty-fifth-refusal", "A transaction records 64 refusals of a role: the next is quota_exceeded, not decided, and a step that is in order is never kept out by it.")]
    public static async Task SixtyFifthRefusal(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        for (var each = 1; each <= 64; each++) AsRefused("step_out_of_order", $"refusal {each}", await scenario.SendAsync(sale.Confirm()));
        var refused = AsRefused("quota_exceeded", "refusal 65", await scenario.SendAsync(sale.Confirm()));
        Equal("decided", "false", refused.Info!.Metadata["decided"]);
        Equal("records of refusals", 64, (await scenario.RecordsAsync(sale)).Count(record => record.Decision?.Refused is not null));
        AsRefused("step_out_of_order", "a refusal of the other role", await scenario.SendAsync(sale.Accept()));
        await scenario.AcceptedAsync("a quote, which is in order", sale.Quote());
    }
}
