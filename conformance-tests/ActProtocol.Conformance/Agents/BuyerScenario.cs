using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>A buyer under test: the suite is its broker, its owner and its sellers.</summary>
sealed class BuyerScenario(AgentOptions options, RunIdentity run, string checkId, bool exact, SharedTalk talk, TimeProvider time, CancellationToken cancellationToken)
    : AgentScenario(options, run, checkId, exact, time, cancellationToken)
{
    byte[] _mandate = [];
    Party? _owner;

    public byte[] Mandate => _mandate;

    /// <summary>Starts it; it buys nothing before it is told to.</summary>
    public async Task OpenAsync()
    {
        if (!IsHooked) throw new UntestedException("It needs the control hook (conformance-tests/agents.md).");
        if (_mandate.Length == 0) _mandate = Stage.Random.Bytes(32);
        await StartAsync("buyer", new JsonObject { ["mandate"] = Convert.ToHexStringLower(_mandate) });
    }

    /// <summary>Starts a buyer that has no hook.</summary>
    public Task ObserveAsync() => StartAsync("buyer");

    /// <summary>kill -9, and then again with the same folder.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await OpenAsync();
    }

    public Task EndAsync() => KillAsync();

    /// <summary>kill -9 in the midst of a verb, whose answer nobody waits for.</summary>
    public async Task KillAndForgetAsync(Task asked)
    {
        await KillAsync();
        await FalseBrokers.ForgetAsync(asked);
    }

    /// <summary>The owner says the same again.</summary>
    public Task<HookAnswer> AskAgainAsync(WantedOrder wanted) => AskedAsync(wanted.Order, wanted.Intent, wanted.Sellers);

    /// <summary>The owner wants something: the buyer asks these many sellers of the suite's.</summary>
    public async Task<IReadOnlyList<BuyerDeal>> WantAsync(int sellers = 1, string order = "order-1", Action<Intent>? intent = null)
    {
        var wanted = Wanting(sellers, order, intent);
        await wanted.Told;
        return await DealsAsync(wanted);
    }

    /// <summary>The same, and the answer is not waited for.</summary>
    public WantedOrder Wanting(int sellers = 1, string order = "order-1", Action<Intent>? change = null)
    {
        var intent = new Intent { Words = "Goods for tests.", Budget = Xts.Of(500), ExpiresAtMs = Stage.NowMs + 3_600_000 };
        change?.Invoke(intent);
        List<Party> parties = [.. Enumerable.Range(0, sellers).Select(_ => Stage.NewParty("seller", Stage.NewParty("firm")))];
        return new WantedOrder(order, intent, parties, AskedAsync(order, intent, parties));
    }

    public async Task<IReadOnlyList<BuyerDeal>> DealsAsync(WantedOrder wanted)
    {
        var transactions = await Stage.UntilAsync("an intent", () => Stage.Transactions.Where(one => wanted.Sellers.Any(seller => seller.Id == one.Seller)).ToList() is { Count: > 0 } found ? found : null, HookMax);
        return [.. transactions.Select(transaction => new BuyerDeal(this, wanted.Order, wanted.Sellers.Single(seller => seller.Id == transaction.Seller), transaction))];
    }

    /// <summary>The owner ends the mandate.</summary>
    public void Revoke()
    {
        _owner ??= Subject!.Owner;
        Stage.Revoke(_owner, Subject!, _mandate);
    }

    /// <summary>What the buyer tells its owner was paid: transactions in hex.</summary>
    public async Task<IReadOnlyList<PaidReport>> PaidAsync() =>
        [.. (await OkAsync("report")).List("paid").Select(paid => new PaidReport(Text(paid, "transaction"), Text(paid, "currency"), Text(paid, "nanos")))];

    /// <summary>What came of ordinary purchases, for checks that only look.</summary>
    public async Task ObserveAsync(string requirement)
    {
        var shared = await talk.BuyerAsync(CancellationToken);
        if (shared.Stage.Observer.CountOf(requirement) == 0) throw new UntestedException("It sent nothing that this is about.");
        if (shared.Stage.Observer.FaultOf(requirement) is not { } fault) return;
        foreach (var entry in shared.Transcript.Entries) Transcript.Add(entry.Sent, entry.What, entry.Type, entry.Bytes);
        throw new CheckFailedException(fault);
    }

    async Task<HookAnswer> AskedAsync(string order, Intent intent, IReadOnlyList<Party> sellers) => await DoAsync("want", new JsonObject
    {
        ["order"] = order,
        ["intent"] = Convert.ToHexStringLower(intent.ToByteArray()),
        ["sellers"] = new JsonArray([.. sellers.Select(seller => (JsonNode)seller.Id)]),
    });

    static string Text(System.Text.Json.JsonElement from, string name) => from.ValueKind is System.Text.Json.JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value.ToString() : "";
}

/// <summary>What was told to the buyer, and its answer to come.</summary>
sealed record WantedOrder(string Order, Intent Intent, IReadOnlyList<Party> Sellers, Task<HookAnswer> Told);

/// <summary>A payment as the buyer tells it.</summary>
sealed record PaidReport(string Transaction, string Currency, string Nanos);

/// <summary>One transaction of the buyer under test; the seller is the suite's.</summary>
sealed class BuyerDeal(BuyerScenario scenario, string order, Party seller, StageTransaction transaction)
{
    public StageTransaction Transaction => transaction;

    public Party Seller => seller;

    Stage Stage => scenario.Stage;

    /// <summary>One line, 100 XTS, settled at once.</summary>
    public StageRecord Quote(Action<Quote>? change = null, Action<Content>? content = null, Func<Envelope, Envelope>? shown = null)
    {
        var quote = new Quote
        {
            Intent = ByteString.CopyFrom(transaction.Revision),
            Lines = { new Line { Description = "Goods for tests", Quantity = 1, UnitPrice = Xts.Of(100), Amount = Xts.Of(100) } },
            Total = Xts.Of(100),
            ValidUntilMs = transaction.Intent.ExpiresAtMs,
            Terms = new Terms { Instant = new Instant(), HoldForMs = 600_000 },
        };
        change?.Invoke(quote);
        return Stage.Act(seller, quote, transaction, content, shown);
    }

    public StageRecord Confirm() => Stage.Act(seller, new Confirm(), transaction);

    public StageRecord Decline() => Stage.Act(seller, new Decline { Reason = "sold out" }, transaction);

    /// <summary>The owner chooses the present quote, or another.</summary>
    public Task<HookAnswer> LockAsync(byte[]? quote = null) => scenario.DoAsync("lock", new JsonObject { ["order"] = order, ["quote"] = Convert.ToHexStringLower(quote ?? transaction.QuoteDigest) });

    public Task<HookAnswer> CommitAsync() => scenario.DoAsync("commit", new JsonObject { ["order"] = order });

    public Task<HookAnswer> CancelAsync() => scenario.DoAsync("cancel", new JsonObject { ["order"] = order });

    public Task<HookAnswer> DisputeAsync(string reason) => scenario.DoAsync("dispute", new JsonObject { ["order"] = order, ["reason"] = reason });

    /// <summary>The record of the buyer's n-th step of this kind.</summary>
    public Task<StageRecord> SaidAsync(StepKind step, int count = 1) => Stage.RecordAsync(transaction, step, count);

    public IReadOnlyList<StageStep> Sent(StepKind step) => [.. Stage.Steps.Where(one => one.Transaction == transaction.Hex && one.Kind == step).DistinctBy(one => one.MessageId)];

    /// <summary>Locked by the buyer, and the goods are held.</summary>
    public async Task UntilConfirmedAsync()
    {
        Quote();
        await LockedAsync();
        Confirm();
    }

    /// <summary>The owner chooses, and it is locked.</summary>
    public async Task LockedAsync()
    {
        Ok("lock", await LockAsync());
        await SaidAsync(StepKind.Lock);
    }

    /// <summary>Bought, and reported as such with the right amount.</summary>
    public async Task PaidAsync()
    {
        Ok("commit", await CommitAsync());
        await SaidAsync(StepKind.Commit);
        var paid = await scenario.PaidAsync();
        var nanos = Xts.NanosOf(transaction.Quote!.Total).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Expectations.True("control: what it tells its owner", paid.Contains(new PaidReport(transaction.Hex, Xts.Code, nanos)), $"that {nanos} nanos XTS were paid in {transaction.Hex}", string.Join(", ", paid));
    }

    /// <summary>It refuses, and sends nothing of the kind.</summary>
    public void Refused(string about, HookAnswer answer, StepKind step)
    {
        var sent = Sent(step);
        Expectations.True(about, sent.Count == 0, $"no {step}", $"{step} under {string.Join(", ", sent.Select(one => one.MessageId))}");
        Expectations.True(about, !answer.IsOk, "cannot, and a reason", answer);
    }

    public void Once(string about, StepKind step)
    {
        var sent = Sent(step);
        Expectations.True(about, sent.Count == 1, $"one {step}, under one message id", $"{sent.Count} under {string.Join(", ", sent.Select(one => one.MessageId))}");
    }

    public static void Ok(string verb, HookAnswer answer) => Expectations.True($"hook: {verb}", answer.IsOk, "ok", answer);
}
