using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Mandates
{
    [Check("MAN-01.signed-by-the-principal", "Only a principal gives a mandate: one that the agent signs itself is role_missing, not decided.", Also = ["MAN-11"])]
    public static async Task SignedByThePrincipal(BrokerScenario scenario)
    {
        var (owner, agent) = await OwnerAsync(scenario);
        var terms = TermsFor(scenario, agent);
        var refused = await scenario.RefusedAsync("role_missing", "a mandate of the agent's own", scenario.Seal(agent, terms), scenario.Seal(owner, terms));
        Equal("decided", "false", refused.Info!.Metadata["decided"]);
    }

    [Check("MAN-01.told-to-the-agent", "A mandate is in the mailbox of its agent, and known by the digest of its envelope.", Also = ["MAN-10"])]
    public static async Task ToldToTheAgent(BrokerScenario scenario)
    {
        var (owner, agent) = await OwnerAsync(scenario);
        var envelope = scenario.Seal(owner, TermsFor(scenario, agent));
        await scenario.AcceptedAsync("a mandate", envelope);
        Equal("copies for the agent", 1, await scenario.MailOfAsync(agent, envelope));
        var digest = Signing.Tags.Digest(envelope.Content.Span);
        var (answer, _) = await scenario.AskAsync(agent, new Ask { Mandate = new AskMandate { Mandate = ByteString.CopyFrom(digest) } });
        Equal("the mandate's agent", agent.Id, answer?.Mandate?.Agent);
    }

    [Check("MAN-10.who-may-ask", "Who gave or holds a mandate hears of it; others hear mandate_unknown.")]
    public static async Task WhoMayAsk(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        var question = new Ask { Mandate = new AskMandate { Mandate = ByteString.CopyFrom(sale.Mandate) } };
        foreach (var party in new[] { sale.Principal, sale.Buyer })
        {
            var (answer, refused) = await scenario.AskAsync(party, question, sale.Principal.Home);
            Equal($"spent, as {party.Name} hears", Xts.Of(100), answer?.Mandate?.Spent.FirstOrDefault() ?? throw Failed("AskMandate", "an answer", refused));
        }
        var (_, strange) = await scenario.AskAsync(sale.Seller, question, sale.Principal.Home);
        AsRefused("mandate_unknown", "a question of the seller's", (Outcome?)strange ?? new Outcome.Broken("an answer"));
    }

    static readonly Dictionary<string, (string Code, Action<BrokerScenario, Mandate> Change)> Forms = new()
    {
        ["no-limits"] = ("terms_invalid", (_, mandate) => mandate.Limits.Clear()),
        ["limits-17"] = ("terms_invalid", (_, mandate) => mandate.Limits.Add(Enumerable.Range(0, 16).Select(_ => new CurrencyLimit { Currency = "EUR" }))),
        ["currency-unknown"] = ("currency_unknown", (_, mandate) => mandate.Limits[0].Currency = "XXQ"),
        ["currency-twice"] = ("terms_invalid", (_, mandate) => mandate.Limits.Add(new CurrencyLimit { Currency = Xts.Code })),
        ["limit-negative"] = ("amount_invalid", (_, mandate) => mandate.Limits[0].InTotal = Xts.Of(-1)),
        ["limit-of-another-currency"] = ("currency_mixed", (_, mandate) => mandate.Limits[0].PerTransaction = new Money { CurrencyCode = "EUR", Units = 1 }),
        ["agent-that-is-no-id"] = ("terms_invalid", (_, mandate) => mandate.Agent = "buyer"),
        ["agent-unknown"] = ("agent_unknown", (_, mandate) => mandate.Agent += "-x"),
        ["key-of-31-bytes"] = ("terms_invalid", (_, mandate) => mandate.AgentKey = ByteString.CopyFrom(new byte[31])),
        ["from-negative"] = ("terms_invalid", (_, mandate) => mandate.ValidFromMs = -1),
        ["until-passed"] = ("terms_invalid", (scenario, mandate) => mandate.ValidUntilMs = scenario.NowMs - 60_000),
        ["until-before-from"] = ("terms_invalid", (_, mandate) => mandate.ValidFromMs = mandate.ValidUntilMs),
        ["until-beyond-3660-days"] = ("terms_invalid", (scenario, mandate) => mandate.ValidUntilMs = scenario.NowMs + (3_661 * 86_400_000L)),
        ["sellers-257"] = ("terms_invalid", (_, mandate) => mandate.SellersAllowed = new AgentSet { Ids = { Enumerable.Range(0, 257).Select(each => $"act://local/seller-{each}") } }),
        ["account-of-another"] = ("account_unknown", (_, mandate) => mandate.Account += "-x"),
    };

    [Check("MAN-02.form", "A mandate that breaks its form in one place is refused with the code of that place.", Values =
    [
        "no-limits", "limits-17", "currency-unknown", "currency-twice", "limit-negative", "limit-of-another-currency", "agent-that-is-no-id", "agent-unknown", "key-of-31-bytes", "from-negative",
        "until-passed", "until-before-from", "until-beyond-3660-days", "sellers-257", "account-of-another",
    ])]
    public static async Task Form(BrokerScenario scenario, string value)
    {
        var (owner, agent) = await OwnerAsync(scenario);
        var (code, change) = Forms[value];
        var faulty = TermsFor(scenario, agent);
        change(scenario, faulty);
        await scenario.RefusedAsync(code, value, scenario.Seal(owner, faulty), scenario.Seal(owner, TermsFor(scenario, agent)));
    }

    [Check("MAN-02.agent-of-another-principal", "A mandate for an agent of another principal is agent_unknown; the principal itself may hold one.")]
    public static async Task AgentOfAnotherPrincipal(BrokerScenario scenario)
    {
        var (owner, agent) = await OwnerAsync(scenario);
        var (_, stranger) = await OwnerAsync(scenario);
        var terms = TermsFor(scenario, stranger);
        terms.Account = owner.Id;
        await scenario.RefusedAsync("agent_unknown", "an agent of another principal", scenario.Seal(owner, terms), scenario.Seal(owner, TermsFor(scenario, agent)));
        await scenario.AcceptedAsync("a mandate for oneself", scenario.Seal(owner, TermsFor(scenario, owner)));
    }

    static readonly Dictionary<string, string> Unusable = new()
    {
        ["unknown"] = "mandate_unknown",
        ["of-another-agent"] = "mandate_not_yours",
        ["for-another-key"] = "mandate_not_yours",
        ["not-yet-valid"] = "mandate_not_yet_valid",
        ["revoked"] = "mandate_revoked",
    };

    [Check("MAN-03.may-not-be-used", "A mandate that is unknown, another's, for another key, not valid yet or revoked opens nothing and locks nothing, each with its code.", Also = ["MAN-04", "MAN-11"],
        Values = ["unknown", "of-another-agent", "for-another-key", "not-yet-valid", "revoked"])]
    public static async Task MayNotBeUsed(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var good = sale.Mandate;
        sale.Mandate = value switch
        {
            "unknown" => scenario.Random.Bytes(32),
            "of-another-agent" => await scenario.MandateAsync(await scenario.AgentAsync("other", sale.Principal)),
            "for-another-key" => await scenario.MandateAsync(sale.Buyer, mandate => mandate.AgentKey = ByteString.CopyFrom(sale.Seller.Key.Thumbprint)),
            "not-yet-valid" => await scenario.MandateAsync(sale.Buyer, mandate => mandate.ValidFromMs = scenario.NowMs + 3_600_000),
            _ => await RevokedAsync(scenario, sale.Buyer),
        };
        var next = scenario.Another(sale);
        var (badIntent, badLock) = (next.Intent(), sale.Lock());
        sale.Mandate = next.Mandate = good;
        await scenario.RefusedAsync(Unusable[value], $"an intent under a mandate that is {value}", badIntent, next.Intent());
        await scenario.RefusedAsync(Unusable[value], $"a lock under it", badLock, sale.Lock());
    }

    [Check("MAN-03.until", "A mandate is valid before its valid_until_ms, and from that stamp on mandate_expired.")]
    public static async Task Until(BrokerScenario scenario)
    {
        var until = 0L;
        var sale = await scenario.SaleAsync(mandate: mandate => until = mandate.ValidUntilMs = scenario.NowMs + 1500);
        await sale.UntilAsync(Quoted);
        await scenario.AcceptedAsync("a lock before it", sale.Lock());
        var late = scenario.Another(sale);
        await scenario.StampedAfterAsync(until, sale.Principal);
        await scenario.RefusedAsync("mandate_expired", "an intent after it", late.Intent());
        await scenario.AcceptedAsync("what was locked in time is confirmed", sale.Confirm());
        await scenario.AcceptedAsync("and committed, for the hold is short", sale.Commit());
    }

    [Check("MAN-05.per-transaction", "A lock of exactly per_transaction is taken, one of one nano more is mandate_exceeded.")]
    public static async Task PerTransaction(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].PerTransaction = Xts.Of(100))).UntilAsync(Open);
        await scenario.BuildAsync(sale.Step(sale.Seller, sale.NewQuote(Xts.Of(100, 1))));
        await scenario.RefusedAsync("mandate_exceeded", "one nano above", sale.Lock());
        await scenario.BuildAsync(sale.Quote());
        await scenario.AcceptedAsync("exactly that", sale.Lock());
    }

    [Check("MAN-05.in-total", "What is held and spent under a mandate never exceeds in_total: to the nano taken, one nano more mandate_exceeded.", Also = ["MAN-06"])]
    public static async Task InTotal(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].InTotal = Xts.Of(160))).UntilAsync(Settled, intent => intent.Budget = Xts.Of(100));
        var next = scenario.Another(sale);
        await scenario.BuildAsync(next.Intent(intent => intent.Budget = Xts.Of(160)));
        await scenario.BuildAsync(next.Step(next.Seller, next.NewQuote(Xts.Of(60, 1))));
        await scenario.RefusedAsync("mandate_exceeded", "one nano above what is left", next.Lock());
        await scenario.BuildAsync(next.Step(next.Seller, next.NewQuote(Xts.Of(60))));
        await scenario.AcceptedAsync("exactly what is left", next.Lock());
    }

    [Check("MAN-05.zero-allows-nothing", "A limit of zero allows nothing above zero, and a purchase for nothing; an absent one does not limit.")]
    public static async Task ZeroAllowsNothing(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].PerTransaction = Xts.Of(0))).UntilAsync(Open);
        await scenario.BuildAsync(sale.Step(sale.Seller, sale.NewQuote(Xts.Of(0, 1))));
        await scenario.RefusedAsync("mandate_exceeded", "one nano", sale.Lock());
        await scenario.BuildAsync(sale.Step(sale.Seller, sale.NewQuote(Xts.Of(0))));
        await scenario.AcceptedAsync("nothing", sale.Lock());
    }

    [Check("MAN-06.released-counts-no-more", "What was released before the commit counts no more in the mandate; what was committed counts for ever, also when it was refunded.", Values = ["cancelled", "expired", "refunded"])]
    public static async Task ReleasedCountsNoMore(BrokerScenario scenario, string value)
    {
        var sale = await scenario.EscrowSaleAsync(mandate: mandate => mandate.Limits[0].InTotal = Xts.Of(100));
        await sale.UntilAsync(value == "refunded" ? Committed : Locked, intent => intent.Budget = Xts.Of(100), value == "expired" ? quote => quote.Terms.HoldForMs = 1000 : null);
        if (value == "cancelled") await scenario.BuildAsync(sale.Cancel());
        if (value == "expired") await scenario.OwnStepAsync(sale, StepKind.Expire);
        if (value == "refunded") await scenario.BuildAsync(sale.Refund(Xts.Of(100)));
        var next = await scenario.Another(sale).UntilAsync(Quoted, intent => intent.Budget = Xts.Of(100));
        if (value != "refunded")
        {
            await scenario.AcceptedAsync("a lock of all again", next.Lock());
            return;
        }
        await scenario.RefusedAsync("mandate_exceeded", "a lock of all again", next.Lock());
        await scenario.BuildAsync(next.Step(next.Seller, next.NewQuote(Xts.Of(0))));
        await scenario.AcceptedAsync("a lock of nothing", next.Lock());
    }

    static readonly Dictionary<string, TransactionState> Held = new() { ["awaiting-approval"] = AwaitingApproval, ["locked"] = Locked, ["confirmed"] = Confirmed };

    [Check("MAN-07.releases-what-it-held", "Revoking a mandate releases, in the same append, what is held under it and not committed, and both sides are told; no commit passes any more.", Also = ["TXN-32", "TXN-34"],
        Values = ["awaiting-approval", "locked", "confirmed"])]
    public static async Task ReleasesWhatItHeld(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Held[value]);
        var revoked = await scenario.AcceptedAsync("the revocation", scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) }));
        var record = (await scenario.RecordsAsync(sale))[^1];
        Equal("the record after it", (StepKind.Release, revoked.Decision.StampMs, Released), (record.Step?.Kind ?? default, record.StampMs, record.Decision?.Accepted?.State ?? default));
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        foreach (var side in new[] { sale.Buyer, sale.Seller }) Equal($"copies for {side.Name}", 1, await scenario.MailOfAsync(side, sale, StepKind.Release));
        AsRefused("step_out_of_order", "a commit after it", await scenario.SendAsync(sale.Commit()));
    }

    [Check("MAN-07.committed-stands", "What was committed before the revocation stands, and is settled.")]
    public static async Task CommittedStands(BrokerScenario scenario)
    {
        var sale = await scenario.SaleInAsync(Fulfilled);
        await scenario.AcceptedAsync("the revocation", scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) }));
        await scenario.AcceptedAsync("the acceptance of what was committed", sale.Accept());
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.RefusedAsync("mandate_revoked", "another intent under it", scenario.Another(sale).Intent());
    }

    [Check("MAN-07.by-another", "Only who gave a mandate revokes it: from another principal, or of an unknown one, mandate_unknown, and the mandate stays.", Values = ["another-principal", "unknown"])]
    public static async Task ByAnother(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        var mandate = value == "unknown" ? scenario.Random.Bytes(32) : sale.Mandate;
        var draft = scenario.Draft(value == "unknown" ? sale.Principal : sale.Seller.Owner, new RevokeMandate { Mandate = ByteString.CopyFrom(mandate) });
        draft.Header.Home = sale.Principal.Home;
        await scenario.RefusedAsync("mandate_unknown", value, BrokerScenario.Seal(value == "unknown" ? sale.Principal : sale.Seller.Owner, draft));
        await scenario.AcceptedAsync("a confirmation of what was locked under it", sale.Confirm());
        await scenario.AcceptedAsync("the revocation by who gave it", scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) }));
    }

    [Check("MAN-07.again", "Revoking again is accepted, and changes and tells nothing.")]
    public static async Task Again(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        Envelope Revocation() => scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) });
        var first = Revocation();
        await scenario.AcceptedAsync("the revocation", first);
        Equal("copies for the agent", 1, await scenario.MailOfAsync(sale.Buyer, first));
        var second = Revocation();
        await scenario.AcceptedAsync("the revocation again", second);
        Equal("copies of the second", 0, await scenario.MailOfAsync(sale.Buyer, second));
    }

    static readonly Dictionary<string, (Func<Sale, AgentSet?> Allowed, Func<Sale, AgentSet?> Barred, bool IsAllowed)> Sets = new()
    {
        ["not-among-the-allowed"] = (_ => Of("act://local/somebody-else"), _ => null, false),
        ["nobody-allowed"] = (_ => new AgentSet(), _ => null, false),
        ["barred"] = (_ => null, sale => Of(sale.Seller.Id), false),
        ["principal-barred"] = (_ => null, sale => Of(sale.Seller.Owner.Id), false),
        ["allowed-and-barred"] = (sale => Of(sale.Seller.Id), sale => Of(sale.Seller.Owner.Id), false),
        ["allowed"] = (sale => Of(sale.Seller.Id), _ => Of("act://local/somebody-else"), true),
        ["principal-allowed"] = (sale => Of(sale.Seller.Owner.Id), _ => null, true),
        ["nobody-barred"] = (_ => null, _ => new AgentSet(), true),
    };

    [Check("MAN-08.sellers", "Who may be bought from: those allowed by agent or principal, when a set is there; an empty set allows nobody; barred wins. It holds at the intent, and at a lock under another mandate.", Also = ["INT-04", "MAN-05"], Values =
    [
        "not-among-the-allowed", "nobody-allowed", "barred", "principal-barred", "allowed-and-barred", "allowed", "principal-allowed", "nobody-barred",
    ])]
    public static async Task Sellers(BrokerScenario scenario, string value)
    {
        var (allowed, barred, isAllowed) = Sets[value];
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var free = sale.Mandate;
        var bound = await scenario.MandateAsync(sale.Buyer, mandate => (mandate.SellersAllowed, mandate.SellersBarred) = (allowed(sale), barred(sale)));
        var next = scenario.Another(sale);
        sale.Mandate = next.Mandate = bound;
        var (intent, locking) = (next.Intent(), sale.Lock());
        if (isAllowed)
        {
            await scenario.AcceptedAsync("an intent", intent);
            await scenario.AcceptedAsync("a lock", locking);
            return;
        }
        sale.Mandate = next.Mandate = free;
        await scenario.RefusedAsync("mandate_seller", $"an intent, {value}", intent, next.Intent());
        await scenario.RefusedAsync("mandate_seller", $"a lock, {value}", locking, sale.Lock());
    }

    [Check("MAN-09.above-only", "A lock of exactly approval_above needs no approval, one of one nano more waits for it; absent it is never asked for.")]
    public static async Task AboveOnly(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].ApprovalAbove = Xts.Of(100))).UntilAsync(Quoted, intent => intent.MaxLocks = 2);
        Equal("the state at the threshold", Locked, (await scenario.AcceptedAsync("a lock at the threshold", sale.Lock())).Accepted.State);
        var next = await scenario.Another(sale).UntilAsync(Open);
        await scenario.BuildAsync(next.Step(next.Seller, next.NewQuote(Xts.Of(100, 1))));
        Equal("the state above it", AwaitingApproval, (await scenario.AcceptedAsync("a lock above it", next.Lock())).Accepted.State);
    }

    [Check("MAN-04.rotated-by-the-agent", "A mandate does not follow a rotation that the agent signed itself, unless its terms say so; one by the principal it follows.", Also = ["DIR-07", "DIR-08"], Exact = true,
        Values = ["by-the-agent", "by-the-agent-as-the-terms-allow", "by-the-principal"])]
    public static async Task RotatedByTheAgent(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync(mandate: mandate => mandate.FollowRotation = value == "by-the-agent-as-the-terms-allow")).UntilAsync(Quoted);
        var rotated = sale.Buyer with { Key = new Signing.KeyPair(Signing.Tags.Thumbprint(sale.Buyer.Key.Public)) };
        var rotation = new RotateKey { Id = sale.Buyer.Id, SigningKey = ByteString.CopyFrom(rotated.Key.Public), SealingKey = ByteString.CopyFrom(rotated.Key.Public) };
        await scenario.BuildAsync(scenario.Seal(value == "by-the-principal" ? sale.Principal : sale.Buyer, rotation));
        var byNewKey = BrokerScenario.Seal(rotated, sale.Draft(sale.Buyer, new V1.Lock { Quote = ByteString.CopyFrom(sale.QuoteDigest) }));
        if (value != "by-the-agent")
        {
            await scenario.AcceptedAsync($"a lock by the new key, rotated {value}", byNewKey);
            return;
        }
        await scenario.RefusedAsync("mandate_not_yours", "a lock by the new key", byNewKey);
        await scenario.AcceptedAsync("a lock by the key that the mandate names", sale.Lock());
    }

    [Check("MAN-04.of-another-agent", "A mandate is held by the agent that it names alone: another agent of the same principal, and the principal itself, open and lock nothing with it.", Also = ["MAN-03", "MAN-11"], Values = ["agent", "principal"])]
    public static async Task OfAnotherAgent(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var other = value == "agent" ? await scenario.AgentAsync("other", sale.Principal) : sale.Principal;
        var theirs = scenario.Track(new Sale(scenario, other, sale.Seller, sale.Mandate));
        await scenario.RefusedAsync("mandate_not_yours", "an intent under it", theirs.Intent());
        var own = await scenario.MandateAsync(other);
        theirs.Mandate = own;
        await theirs.UntilAsync(Quoted);
        theirs.Mandate = sale.Mandate;
        var locking = theirs.Lock();
        theirs.Mandate = own;
        await scenario.RefusedAsync("mandate_not_yours", "a lock under it", locking, theirs.Lock());
    }

    static async Task<byte[]> RevokedAsync(BrokerScenario scenario, Party agent)
    {
        var mandate = await scenario.MandateAsync(agent);
        await scenario.BuildAsync(scenario.Seal(agent.Owner, new RevokeMandate { Mandate = ByteString.CopyFrom(mandate) }));
        return mandate;
    }

    static async Task<(Party Owner, Party Agent)> OwnerAsync(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        return (owner, await scenario.AgentAsync("buyer", owner));
    }

    static Mandate TermsFor(BrokerScenario scenario, Party agent) => new()
    {
        Agent = agent.Id,
        AgentKey = ByteString.CopyFrom(agent.Key.Thumbprint),
        Account = agent.Owner.Id,
        Limits = { new CurrencyLimit { Currency = Xts.Code } },
        ValidUntilMs = scenario.NowMs + 86_400_000,
    };

    static AgentSet Of(params string[] ids) => new() { Ids = { ids } };
}
