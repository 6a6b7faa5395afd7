using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;

namespace ActProtocol.Conformance.Agents;

/// <summary>A seller under test: the suite is its broker and its buyers.</summary>
sealed class SellerScenario(AgentOptions options, RunIdentity run, string checkId, bool exact, SharedTalk talk, TimeProvider time, CancellationToken cancellationToken)
    : AgentScenario(options, run, checkId, exact, time, cancellationToken)
{
    /// <summary>What a seller with the hook is given to sell.</summary>
    public static readonly Money Price = Xts.Of(40, 250_000_000);

    int _deals;

    /// <summary>The id of the seller: its own choice without a hook.</summary>
    public string SellerId { get; private set; } = "";

    /// <summary>Starts it, and waits until its mailbox is open.</summary>
    public async Task OpenAsync(int stock = 1000)
    {
        var selling = await BeginAsync(stock);
        SellerId = (await Stage.UntilAsync("a proof on a stream", () => Stage.Streams.SelectMany(stream => stream.Proven).FirstOrDefault(), HookMax * Options.Waits.Slow));
        await selling;
    }

    /// <summary>Starts it and does not wait for its mailbox.</summary>
    /// <returns>Completes with the answer to <c>sell</c>.</returns>
    public async Task<Task> BeginAsync(int stock = 1000)
    {
        await StartAsync("seller");
        return IsHooked ? OkAsync("sell", new JsonObject { ["offers"] = Offers(stock) }) : Task.CompletedTask;
    }

    /// <summary>kill -9, and then again with the same folder.</summary>
    public async Task RestartAsync(int stock = 1000)
    {
        NeedHook();
        await KillAsync();
        await Stage.UntilAsync("the end of its streams", () => Stage.Streams.All(stream => stream.IsEnded) ? "" : null);
        await OpenAsync(stock);
    }

    /// <summary>Ends it, whatever it is doing.</summary>
    public Task EndAsync() => KillAsync();

    /// <summary>A new buyer's intent, addressed to the seller.</summary>
    public SellerDeal Ask(Action<Intent>? intent = null, Action<Content>? change = null, Func<Envelope, Envelope>? shown = null, Party? buyer = null)
    {
        buyer ??= Stage.NewParty("buyer", Stage.NewParty("owner"));
        var body = new Intent { Words = Options.Sells.Words, Budget = new Money { CurrencyCode = Currency, Units = Options.Sells.PriceTo }, ExpiresAtMs = Stage.NowMs + 3_600_000 };
        intent?.Invoke(body);
        var mandate = ByteString.CopyFrom(Stage.Random.Bytes(32));
        var record = Stage.Act(buyer, body, change: content =>
        {
            content.Header.Recipients.Add(SellerId);
            content.Header.Mandate = mandate;
            change?.Invoke(content);
        }, envelope: shown);
        Interlocked.Increment(ref _deals);
        return new SellerDeal(this, buyer, Stage.TransactionOf(Signing.Tags.TransactionId(record.Digest, SellerId)), record);
    }

    public string Currency => IsHooked ? Xts.Code : Options.Sells.Currency;

    /// <summary>An offer for an honest intent: the seller has looked at all that came before it.</summary>
    public async Task CaughtUpAsync() => await Ask().OfferedAsync();

    /// <summary>How often it delivered in this transaction, by its own report, or without the hook by what it said to the broker.</summary>
    public async Task<int> DeliveriesAsync(StageTransaction transaction)
    {
        if (IsHooked) return (await OkAsync("report")).Texts("delivered").Count(id => id == transaction.Hex);
        return Stage.Records.Count(record => record.Transaction == transaction.Hex && record.Step is StepKind.Fulfil && record.IsAccepted);
    }

    /// <summary>What came of an ordinary conversation with the seller, for checks that only look.</summary>
    public async Task ObserveAsync(string requirement)
    {
        var shared = await talk.SellerAsync(CancellationToken);
        if (shared.Stage.Observer.CountOf(requirement) == 0) throw new UntestedException("It sent nothing that this is about.");
        if (shared.Stage.Observer.FaultOf(requirement) is not { } fault) return;
        foreach (var entry in shared.Transcript.Entries) Transcript.Add(entry.Sent, entry.What, entry.Type, entry.Bytes);
        throw new CheckFailedException(fault);
    }

    static JsonArray Offers(int stock) =>
    [
        new JsonObject
        {
            ["title"] = "Goods for tests",
            ["capability"] = "goods",
            ["price"] = new JsonObject { ["currency_code"] = Price.CurrencyCode, ["units"] = $"{Price.Units}", ["nanos"] = Price.Nanos },
            ["stock"] = stock,
        },
    ];
}

/// <summary>One transaction with the seller under test; the buyer is the suite's.</summary>
sealed class SellerDeal(SellerScenario scenario, Party buyer, StageTransaction transaction, StageRecord asked)
{
    public StageTransaction Transaction => transaction;

    public Party Buyer => buyer;

    /// <summary>The record of the intent.</summary>
    public StageRecord Asked => asked;

    Stage Stage => scenario.Stage;

    /// <summary>The seller's first answer: a quote or a decline.</summary>
    public Task<StageRecord> AnsweredAsync() => Stage.UntilAsync("an answer to the intent", () => Said(StepKind.Quote).Concat(Said(StepKind.Decline)).FirstOrDefault());

    /// <summary>The n-th quote.</summary>
    public async Task<StageRecord> OfferedAsync(int count = 1) => await Stage.UntilAsync("a quote", () =>
        Said(StepKind.Decline).Any() ? throw new UntestedException("It declines the intent on which the case builds.") : Said(StepKind.Quote).Skip(count - 1).FirstOrDefault());

    public StageRecord Lock() => Stage.Act(buyer, new V1.Lock { Quote = ByteString.CopyFrom(transaction.QuoteDigest) }, transaction);

    public Task<StageRecord> ConfirmedAsync() => Stage.UntilAsync("a confirm", () => Said(StepKind.Confirm).FirstOrDefault());

    public StageRecord Commit() => Stage.Act(buyer, new Commit { Quote = ByteString.CopyFrom(transaction.QuoteDigest) }, transaction);

    /// <summary>Until the goods are held, and then the buyer's order to take the money, shown as the case wants it.</summary>
    public async Task<SellerDeal> UntilConfirmedAsync()
    {
        await OfferedAsync();
        Lock();
        await ConfirmedAsync();
        return this;
    }

    /// <summary>Until the seller has dealt with the record.</summary>
    public async Task AcknowledgedAsync(StageRecord record) => await Stage.UntilAsync($"an acknowledgement of the {record.Step}", () => Stage.MailOf(record, transaction.Seller).AcknowledgedAfter is null ? null : record);

    /// <summary>All accepted steps of the seller's of this kind.</summary>
    public IEnumerable<StageRecord> Said(StepKind step) => Stage.Records.Where(record => record.Transaction == transaction.Hex && record.Step == step && record.IsAccepted && record.Content?.Header.Sender == transaction.Seller);

    /// <summary>All that it sent of this kind, accepted or not, each message once.</summary>
    public IReadOnlyList<StageStep> Sent(StepKind step) => [.. Stage.Steps.Where(one => one.Transaction == transaction.Hex && one.Kind == step).DistinctBy(one => one.MessageId)];

    public StageStep? FirstSent(StepKind step) => Sent(step) is [var first, ..] ? first : null;

    /// <summary>Nothing was said in this transaction.</summary>
    public void Silent(string about, params StepKind[] kinds)
    {
        var said = Stage.Steps.FirstOrDefault(one => one.Transaction == transaction.Hex && kinds.Contains(one.Kind));
        Expectations.True(about, said is null, $"no {string.Join(" and no ", kinds)}", said?.Kind);
    }

    /// <summary>This step was said under one message id alone.</summary>
    public void Once(string about, StepKind step)
    {
        var sent = Sent(step);
        Expectations.True(about, sent.Count == 1, $"one {step}, under one message id", $"{sent.Count} under {string.Join(", ", sent.Select(one => one.MessageId))}");
    }
}
