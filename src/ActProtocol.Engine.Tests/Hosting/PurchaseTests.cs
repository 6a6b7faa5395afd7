using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>Purchases through the whole engine: gate, partitions, log, answers.</summary>
public sealed class PurchaseTests : IAsyncLifetime
{
    readonly MemoryLog _log = new(World.Partitions + 1);
    readonly World _world;
    Digest _mandate;

    public PurchaseTests() => _world = new World(_log);

    public async ValueTask InitializeAsync()
    {
        await _world.StartAsync();
        await _world.EnterAsync("buyer");
        await _world.EnterAsync("seller");
        await _world.SendAsync("buyer-owner", new Content { Fund = new Fund { Account = World.Id("buyer-owner"), Amount = Cny(1000), Reference = "r1" } });
        _mandate = await LodgeAsync(new CurrencyLimit { Currency = "CNY", InTotal = Cny(900), PerTransaction = Cny(500) });
    }

    public async ValueTask DisposeAsync() => await _world.Host.DisposeAsync();

    [Fact]
    public async Task Money_is_held_committed_and_paid_and_replay_gives_the_same_state_to_the_byte()
    {
        var deal = await QuotedAsync(300);
        Assert.Equal(TransactionState.Locked, (await LockAsync(deal)).Accepted.State);
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));
        var confirmed = await ConfirmAsync(deal);
        Assert.Equal(TransactionState.Committed, (await CommitAsync(deal, confirmed)).Accepted.State);

        Assert.Equal("700.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
        await _world.Host.DisposeAsync();
        await AssertReplaysAndBalancesAsync();
        await _world.StartAsync();
        Assert.Equal("300.00 CNY / 0.00 CNY", await MoneyOfAsync("seller-owner"));
    }

    [Fact]
    public async Task The_same_bytes_get_the_same_answer_and_other_bytes_under_the_id_none()
    {
        var deal = await QuotedAsync(300);
        var envelope = _world.Seal("buyer", LockOf(deal));
        var first = await _world.SendAsync(envelope);
        Assert.Equal(first, await _world.SendAsync(envelope));
        await _world.Host.DisposeAsync();
        await _world.StartAsync();
        Assert.Equal(first, await _world.SendAsync(envelope));

        var other = LockOf(deal);
        _world.Seal("buyer", other);
        other.Header.MessageId = MessageIdOf(envelope);
        other.Header.ExpiresAtMs++;
        var (_, refused) = await _world.TrySendAsync(Sealing.Seal(other, _world.KeyOf("buyer")));
        Assert.Equal(ErrorCode.MessageIdReused, refused!.Code);
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));

        static Google.Protobuf.ByteString MessageIdOf(Envelope envelope) => Content.Parser.ParseFrom(envelope.Content).Header.MessageId;
    }

    [Fact]
    public async Task A_lock_beyond_the_mandate_or_the_funds_or_the_intent_is_refused()
    {
        Assert.Equal(ErrorCode.MandateExceeded, CodeOf(await LockAsync(await QuotedAsync(501))));
        await LockAsync(await QuotedAsync(500));
        Assert.Equal(ErrorCode.MandateExceeded, CodeOf(await LockAsync(await QuotedAsync(401))));
        _mandate = await LodgeAsync(new CurrencyLimit { Currency = "CNY" });
        Assert.Equal(ErrorCode.FundsInsufficient, CodeOf(await LockAsync(await QuotedAsync(501))));
        var deal = await QuotedAsync(100);
        await LockAsync(deal);
        Assert.Equal(ErrorCode.StepOutOfOrder, CodeOf(await LockAsync(deal)));
    }

    [Fact]
    public async Task What_expires_is_free_again_and_a_late_step_hears_why()
    {
        var deal = await QuotedAsync(300);
        await LockAsync(deal);
        var confirmed = await ConfirmAsync(deal);
        for (var minute = 0; minute < 30; minute++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(30));
            await _world.AccountAsync("buyer-owner");
        }
        Assert.Equal(ErrorCode.DeadlinePassed, CodeOf(await CommitAsync(deal, confirmed)));
        Assert.Equal("1000.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
    }

    [Fact]
    public async Task A_clock_that_jumps_is_not_believed()
    {
        var deal = await QuotedAsync(300);
        await LockAsync(deal);
        _world.Time.Jump = TimeSpan.FromDays(365);
        var (_, refused) = await _world.TrySendAsync(_world.Seal("buyer", LockOf(deal)));
        Assert.Equal(ErrorCode.ClockUnsure, refused!.Code);
        Assert.NotEmpty(_world.Host.Troubles);

        // Right again, and nothing has expired by the jump.
        _world.Time.Jump = TimeSpan.Zero;
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));
        await ConfirmAsync(deal);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_and_a_seller_cannot_lock()
    {
        await _world.EnterAsync("stranger");
        var deal = await QuotedAsync(300);
        var (_, refused) = await _world.TrySendAsync(_world.Seal("stranger", LockOf(deal), deal.Home));
        Assert.Equal(ErrorCode.TransactionUnknown, refused!.Code);
        var bySeller = LockOf(deal);
        bySeller.Header.Recipients.Clear();
        bySeller.Header.Recipients.Add(World.Id("buyer"));
        Assert.Equal(ErrorCode.StepNotYours, CodeOf(await _world.SendAsync(_world.Seal("seller", bySeller, deal.Home))));
    }

    [Fact]
    public async Task A_revoked_mandate_frees_what_it_held_and_stops_the_commit()
    {
        var deal = await QuotedAsync(300);
        await LockAsync(deal);
        var confirmed = await ConfirmAsync(deal);
        await _world.SendAsync("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = _mandate.ToWire() } });
        Assert.Equal("1000.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
        Assert.Equal(ErrorCode.StepOutOfOrder, CodeOf(await CommitAsync(deal, confirmed)));
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_any_more()
    {
        var revoke = new RevokeKey { Id = World.Id("buyer"), Key = _world.KeyOf("buyer").PublicKey.Thumbprint.ToWire() };
        await _world.SendAsync("buyer-owner", new Content { RevokeKey = revoke });
        var (_, refused) = await _world.TrySendAsync(_world.Seal("buyer", IntentContent()));
        Assert.Equal(ErrorCode.KeyRevoked, refused!.Code);
    }

    [Fact]
    public async Task Quotes_that_do_not_add_up_are_refused()
    {
        var deal = await OpenAsync();
        var quote = QuoteOf(deal, 300);
        quote.Quote.Total = Cny(300, 1);
        Assert.Equal(ErrorCode.TotalsWrong, CodeOf(await _world.SendAsync(_world.Seal("seller", quote, deal.Home))));
    }

    [Fact]
    public async Task Settled_money_comes_back_by_a_refund_in_parts_and_no_further()
    {
        var deal = await QuotedAsync(300);
        await LockAsync(deal);
        await CommitAsync(deal, await ConfirmAsync(deal));
        await TransfersAsync();

        Assert.Equal(TransactionState.Refunding, (await RefundAsync(deal, 100)).Accepted.State);
        await TransfersAsync();
        Assert.Equal("800.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
        Assert.Equal(ErrorCode.RefundExceeds, CodeOf(await RefundAsync(deal, 201)));
        await RefundAsync(deal, 200);
        await TransfersAsync();
        Assert.Equal("1000.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
        Assert.Equal("0.00 CNY / 0.00 CNY", await MoneyOfAsync("seller-owner"));
        Assert.Equal(ErrorCode.StepOutOfOrder, CodeOf(await RefundAsync(deal, 1)));

        await _world.Host.DisposeAsync();
        await AssertReplaysAndBalancesAsync();
    }

    [Fact]
    public async Task A_lock_above_the_threshold_waits_for_exactly_what_the_principal_approves()
    {
        _mandate = await LodgeAsync(new CurrencyLimit { Currency = "CNY", ApprovalAbove = Cny(200) });
        var deal = await QuotedAsync(300);
        Assert.Equal(TransactionState.AwaitingApproval, (await LockAsync(deal)).Accepted.State);
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));

        Assert.Equal(ErrorCode.RenderingWrong, CodeOf(await ApproveAsync(deal, SignedBytes.HashOf("something else"u8))));
        var intent = IntentContent().Intent;
        var shown = Rendering.PurchaseRendering.Render(intent, QuoteOf(deal, 300).Quote, World.Id("seller"), "en")!;
        Assert.Equal(TransactionState.Locked, (await ApproveAsync(deal, Rendering.PurchaseRendering.DigestOf(shown))).Accepted.State);
        await CommitAsync(deal, await ConfirmAsync(deal));
        Assert.Equal("700.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
    }

    [Fact]
    public async Task An_arbiter_splits_what_is_disputed_to_the_nano_and_nobody_else_can()
    {
        await _world.EnterAsync("arbiter");
        var deal = await QuotedAsync(300, new Escrow { FulfilWithinMs = 60_000, DisputeWindowMs = 60_000, ResolveWithinMs = 60_000, Arbiter = World.Id("arbiter") });
        await LockAsync(deal);
        await CommitAsync(deal, await ConfirmAsync(deal));
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));
        Assert.Equal(TransactionState.Fulfilled, (await StepAsync("seller", "buyer", deal, new Content { Fulfil = new Fulfil() })).Accepted.State);
        Assert.Equal(TransactionState.Disputed, (await StepAsync("buyer", "seller", deal, new Content { Dispute = new Dispute { Reason = "late" } })).Accepted.State);

        Assert.Equal(ErrorCode.StepNotYours, CodeOf(await StepAsync("seller", "buyer", deal, Split(300, 0))));
        Assert.Equal(ErrorCode.ResolutionUnbalanced, CodeOf(await StepAsync("arbiter", null, deal, Split(100, 199))));
        Assert.Equal(TransactionState.Settled, (await StepAsync("arbiter", null, deal, Split(100, 200))).Accepted.State);
        await TransfersAsync();
        Assert.Equal("900.00 CNY / 0.00 CNY", await MoneyOfAsync("buyer-owner"));
        Assert.Equal("100.00 CNY / 0.00 CNY", await MoneyOfAsync("seller-owner"));
    }

    [Fact]
    public async Task Nothing_is_answered_delivered_or_read_before_it_is_durable()
    {
        var deal = await QuotedAsync(300);
        // An answer comes before the mail of the same append: a question goes behind both.
        await _world.TurnAsync();
        using var hanging = _log.HangNext();
        var mails = _world.Mails.Count;

        var locking = LockAsync(deal);
        var asking = MoneyOfAsync("buyer-owner");
        Assert.False(locking.IsCompleted || asking.IsCompleted);
        Assert.Equal(mails, _world.Mails.Count);

        hanging.Release();
        Assert.Equal(TransactionState.Locked, (await locking).Accepted.State);
        await asking;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_of_unknown_outcome_is_told_as_unknown_and_the_same_bytes_settle_it(bool written)
    {
        var deal = await QuotedAsync(300);
        var envelope = _world.Seal("buyer", LockOf(deal));
        _log.UnknownNext(written);
        Assert.Equal(ErrorCode.Internal, (await _world.TrySendAsync(envelope)).Refused!.Code);

        Decision? decision = null;
        while (decision is null)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            (decision, _) = await _world.TrySendAsync(envelope);
        }
        Assert.Equal(TransactionState.Locked, decision.Accepted.State);
        Assert.Equal("700.00 CNY / 300.00 CNY", await MoneyOfAsync("buyer-owner"));
    }

    [Fact]
    public async Task A_changed_bit_of_a_private_part_is_found_and_named_wherever_it_is()
    {
        await QuotedAsync(300);
        await _world.Host.DisposeAsync();
        var index = Partition.PartitionOf(ActId.BucketOf(World.Id("buyer-owner")), World.Partitions);
        var replayed = new Partition(index, World.Broker);
        await foreach (var entry in _log.ReadAsync(index, 1, TestContext.Current.CancellationToken))
        {
            for (var at = 0; at < entry.Private.Length; at++)
            {
                var changed = entry.Private.ToArray();
                changed[at] ^= 1;
                var fault = Assert.Throws<JournalCorruptException>(() => new Partition(index, World.Broker).Replay(entry with { Private = changed }));
                Assert.Equal(entry.Position, fault.Position);
            }
            replayed.Replay(entry);
        }
    }

    static Content Split(long toSeller, long toBuyer) => new() { Resolve = new Resolve { ToSeller = Cny(toSeller), ToBuyer = Cny(toBuyer) } };

    Task<Decision> StepAsync(string sender, string? recipient, Deal deal, Content step)
    {
        step.Header = new Header { TransactionId = deal.Transaction };
        if (recipient is not null) step.Header.Recipients.Add(World.Id(recipient));
        return _world.SendAsync(_world.Seal(sender, step, deal.Home));
    }

    Task<Decision> ApproveAsync(Deal deal, Digest rendering) => _world.SendAsync("buyer-owner", new Content
    {
        Header = new Header { TransactionId = deal.Transaction },
        Approve = new Approve { Quote = deal.Quote.ToWire(), Rendering = rendering.ToWire(), Language = "en" },
    });

    Task<Decision> RefundAsync(Deal deal, long units) => _world.SendAsync(_world.Seal("seller", new Content
    {
        Header = new Header { TransactionId = deal.Transaction, Recipients = { World.Id("buyer") } },
        Refund = new Refund { Amount = Cny(units) },
    }, deal.Home));

    // Each question goes once round the loop, which moves what waits between the partitions one step on.
    async Task TransfersAsync()
    {
        for (var step = 0; step < 6; step++) await _world.AccountAsync("buyer-owner");
    }

    async Task AssertReplaysAndBalancesAsync()
    {
        for (var index = 0; index < World.Partitions; index++)
        {
            var (first, second) = (new Partition(index, World.Broker), new Partition(index, World.Broker));
            await foreach (var entry in _log.ReadAsync(index, 1, TestContext.Current.CancellationToken))
            {
                first.Replay(entry);
                // The second goes through a snapshot at every step, and must end the same.
                second.Replay(entry);
                var restored = new Partition(index, World.Broker);
                restored.ReadSnapshot(new SnapshotReader(StateOf(second)));
                restored.FindOwed();
                second = restored;
                Assert.All(first.Books.Currencies, currency => Assert.Equal(Int128.Zero, first.Books.SumOf(currency)));
            }
            Assert.Equal(StateOf(first), StateOf(second));
        }
    }

    static byte[] StateOf(Partition partition)
    {
        var writer = new SnapshotWriter();
        partition.WriteSnapshot(writer);
        return writer.Written.ToArray();
    }

    async Task<Digest> LodgeAsync(CurrencyLimit limit)
    {
        var envelope = _world.Seal("buyer-owner", new Content
        {
            Mandate = new Mandate
            {
                Agent = World.Id("buyer"),
                AgentKey = _world.KeyOf("buyer").PublicKey.Thumbprint.ToWire(),
                Account = World.Id("buyer-owner"),
                Limits = { limit },
                ValidUntilMs = _world.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds(),
            },
        });
        Assert.NotNull((await _world.SendAsync(envelope)).Accepted);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    Content IntentContent() => new()
    {
        Header = new Header { Recipients = { World.Id("seller") }, Mandate = _mandate.ToWire() },
        Intent = new Intent { Budget = Cny(900), ExpiresAtMs = _world.Time.GetUtcNow().AddHours(2).ToUnixTimeMilliseconds() },
    };

    async Task<Deal> OpenAsync(string? arbiter = null)
    {
        var intent = IntentContent();
        if (arbiter is not null) intent.Intent.Arbiters.Add(arbiter);
        var envelope = _world.Seal("buyer", intent);
        var accepted = (await _world.SendAsync(envelope)).Accepted;
        return new Deal(accepted.Transactions[0].TransactionId, SignedBytes.DigestOf(envelope.Content.Span), default, (uint)ActId.BucketOf(World.Id("buyer-owner")));
    }

    async Task<Deal> QuotedAsync(long units, Escrow? escrow = null)
    {
        var deal = await OpenAsync(escrow?.Arbiter);
        var quote = QuoteOf(deal, units);
        if (escrow is not null) quote.Quote.Terms.Escrow = escrow;
        var envelope = _world.Seal("seller", quote, deal.Home);
        Assert.Equal(TransactionState.Quoted, (await _world.SendAsync(envelope)).Accepted.State);
        return deal with { Quote = SignedBytes.DigestOf(envelope.Content.Span) };
    }

    static Content QuoteOf(Deal deal, long units) => new()
    {
        Header = new Header { TransactionId = deal.Transaction, Recipients = { World.Id("buyer") }, Follows = deal.Intent.ToWire() },
        Quote = new Quote
        {
            Intent = deal.Intent.ToWire(),
            Lines = { new Line { Description = "one", Quantity = 1, UnitPrice = Cny(units), Amount = Cny(units) } },
            Total = Cny(units),
            ValidUntilMs = new DateTimeOffset(2030, 1, 1, 1, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            Terms = new Terms { Instant = new Instant(), HoldForMs = 600_000 },
        },
    };

    Content LockOf(Deal deal) => new()
    {
        Header = new Header { TransactionId = deal.Transaction, Recipients = { World.Id("seller") }, Follows = deal.Quote.ToWire(), Mandate = _mandate.ToWire() },
        Lock = new V1.Lock { Quote = deal.Quote.ToWire() },
    };

    Envelope? _lastLock;

    async Task<Decision> LockAsync(Deal deal) => await _world.SendAsync(_lastLock = _world.Seal("buyer", LockOf(deal)));

    async Task<Envelope> ConfirmAsync(Deal deal)
    {
        var envelope = _world.Seal("seller", new Content
        {
            Header = new Header { TransactionId = deal.Transaction, Recipients = { World.Id("buyer") }, Follows = SignedBytes.DigestOf(_lastLock!.Content.Span).ToWire() },
            Confirm = new Confirm(),
        }, deal.Home);
        Assert.Equal(TransactionState.Confirmed, (await _world.SendAsync(envelope)).Accepted.State);
        return envelope;
    }

    Task<Decision> CommitAsync(Deal deal, Envelope confirmed) => _world.SendAsync(_world.Seal("buyer", new Content
    {
        Header = new Header { TransactionId = deal.Transaction, Recipients = { World.Id("seller") }, Follows = SignedBytes.DigestOf(confirmed.Content.Span).ToWire() },
        Commit = new Commit { Quote = deal.Quote.ToWire() },
    }));

    async Task<string> MoneyOfAsync(string owner)
    {
        var balance = (await _world.AccountAsync(owner)).Balances.Single();
        return $"{Money.FromWire(balance.Available)} / {Money.FromWire(balance.Held)}";
    }

    static ErrorCode CodeOf(Decision decision) => Refusal.FromWire(decision.Refused)!.Code;

    static Google.Type.Money Cny(long units, int nanos = 0) => new() { CurrencyCode = "CNY", Units = units, Nanos = nanos };

    sealed record Deal(Google.Protobuf.ByteString Transaction, Digest Intent, Digest Quote, uint Home);
}
