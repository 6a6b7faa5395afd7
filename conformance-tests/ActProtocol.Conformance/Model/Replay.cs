using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Rpc;

namespace ActProtocol.Conformance.Model;

/// <summary>What happened at one position of a partition: a record that a party may read, or an envelope outside transactions with its answer.</summary>
sealed record Moment(uint Partition, ulong Position, long Stamp, Record? Record, Event? Event)
{
    public override string ToString() => $"{What} at {Partition}/{Position}";

    string What => Record?.CauseCase switch
    {
        Record.CauseOneofCase.Envelope => $"{Bodies.NameOf(Record.Envelope.Content)} of {Content.Parser.ParseFrom(Record.Envelope.Content).Header.Sender}",
        Record.CauseOneofCase.Step => $"the broker's {Record.Step.Kind}",
        _ => Event?.Content.BodyCase.ToString() ?? "nothing",
    };
}

/// <summary>
/// The suite's own model of a broker: takes what happened in the order of the records, and judges every decision by the specification's words and the published table. It
/// shares nothing with any broker. Times are the stamps, so that whichever of two racing steps came first, both outcomes are right when the records and the money agree.
/// </summary>
sealed partial class Replay
{
    const long DayMs = 86_400_000;

    readonly Registered _registered;
    readonly Dictionary<string, Lodged> _mandates = [];
    readonly Dictionary<string, Trade> _trades = [];
    readonly Dictionary<string, Int128> _payouts = [];
    readonly Needs _needs;

    public Replay(Registered registered, Accounts? atTheEnd, string defaultArbiter)
    {
        _registered = registered;
        _needs = new Needs(registered, _mandates, Accounts, atTheEnd, defaultArbiter);
    }

    public Accounts Accounts { get; } = new();

    public IReadOnlyCollection<Trade> Trades => _trades.Values;

    public IReadOnlyCollection<Lodged> Mandates => _mandates.Values;

    /// <exception cref="CheckFailedException">A decision is not as the specification says.</exception>
    public void Take(IEnumerable<Moment> moments)
    {
        foreach (var moment in moments)
        {
            if (moment.Record?.Step is { } own) TakeOwn(moment, own);
            else if (moment.Record is { } record && Content.Parser.ParseFrom(record.Envelope.Content) is { BodyCase: not Content.BodyOneofCase.Intent } content) TakeStep(moment, record, content);
            else if (moment.Event is { } accepted) TakeOutside(moment, accepted);
        }
        // TXN-10, TXN-32: what belongs into one append is there when the append is.
        if (_owed is { } owed) throw Wrong(owed.By, owed.What, "no such record");
    }

    // What the next record of that account must be.
    (Moment By, string Account, string What)? _owed;

    void TakeStep(Moment moment, Record record, Content content)
    {
        if (!_trades.TryGetValue(Hex(content.Header.TransactionId), out var trade)) return;
        Settled(moment, trade.Account, ownStep: false);
        var digest = Hex(Tags.Digest(record.Envelope.Content.Span));
        var kind = StepOf(content.BodyCase);
        var by = RoleOf(trade, content.Header.Sender, kind);
        if (by is Role.Unspecified) throw Wrong(moment, "no record of a step by who has no role (TXN-04)", "one");
        var step = new Step(trade, content, digest, by, kind, record.Envelope.Signatures[0].Key.ToByteArray(), moment.Stamp);
        var expected = Refusal(step);
        var got = record.Decision?.OutcomeCase switch
        {
            Decision.OutcomeOneofCase.Accepted => null,
            Decision.OutcomeOneofCase.Refused => CodeOf(record.Decision.Refused),
            _ => throw Wrong(moment, "a decision", "none"),
        };
        // Whether a mailbox has room is not to be seen in the records of transactions.
        var roomMayLack = expected is null && got == "mailbox_full" && kind is StepKind.Quote or StepKind.Counter;
        // Which trees are supported is for the checks of constraints.
        var treeMayFail = got == "constraint_unsupported" && content.Counter?.Intent?.Constraint is not null;
        if (expected != Needs.Either && expected != got && !roomMayLack && !treeMayFail) throw Wrong(moment, expected is null ? "accepted" : $"refused with {expected}", got ?? "accepted");
        if (got is null) Apply(moment, step, record.Decision!.Accepted);
    }

    /// <summary>TXN-11</summary>
    string? Refusal(Step step)
    {
        var (trade, header) = (step.Trade, step.Content.Header);
        string[] recipients = step.By switch { Role.Buyer => [trade.Seller], Role.Seller => [trade.Buyer], _ => [] };
        if (!header.Recipients.SequenceEqual(recipients)) return "recipient_wrong";
        var row = TransitionTable.Find(trade.State, step.By, step.Kind);
        var isLate = row is null && TransitionTable.Find(trade.LapsedFrom, step.By, step.Kind) is not null;
        if (row is null && !isLate) return TransitionTable.IsEverOf(step.By, step.Kind) ? "step_out_of_order" : "step_not_yours";
        if (step.Kind is StepKind.Quote or StepKind.Counter or StepKind.Lock or StepKind.Confirm or StepKind.Commit)
        {
            var last = step.By is Role.Buyer ? trade.LastOfSeller : trade.LastOfBuyer;
            var follows = header.Follows.Span.IndexOfAnyExcept((byte)0) < 0 ? "" : Hex(header.Follows);
            if (follows != last) return "follows_stale";
        }
        return row is null ? "deadline_passed" : _needs.Missing(row, step);
    }

    static Role RoleOf(Trade trade, string sender, StepKind kind)
    {
        if (sender == trade.Buyer && !(sender == trade.Account && kind is StepKind.Approve or StepKind.Deny)) return Role.Buyer;
        if (sender == trade.Seller) return Role.Seller;
        if (sender == trade.Account) return Role.Principal;
        return trade.EverLocked && sender == trade.Escrow?.Arbiter ? Role.Arbiter : Role.Unspecified;
    }

    void TakeOwn(Moment moment, BrokerStep own)
    {
        if (!_trades.TryGetValue(Hex(own.TransactionId), out var trade)) return;
        Settled(moment, trade.Account, ownStep: true);
        var row = TransitionTable.Find(trade.State, Role.Broker, own.Kind) ?? throw Wrong(moment, $"a step of the broker's own that may follow {trade.State}", own.Kind);
        var step = new Step(trade, new Content(), "", Role.Broker, own.Kind, [], moment.Stamp);
        if (_needs.Missing(row, step) is { } missing) throw Wrong(moment, missing, "the step without it");
        if (moment.Record!.Decision?.Accepted is not { } accepted) throw Wrong(moment, "an accepted step", moment.Record.Decision?.OutcomeCase);
        Apply(moment, step, accepted);
    }

    /// <summary>What had to be recorded before anything else of this account was decided.</summary>
    void Settled(Moment moment, string account, bool ownStep)
    {
        if (_owed is { } owed && owed.Account == account)
        {
            var isIt = moment.Record?.Step is { } own && own.Kind is StepKind.Settle or StepKind.Release && moment.Stamp == owed.By.Stamp;
            if (!isIt) throw Wrong(owed.By, owed.What, moment);
        }
        if (ownStep) return;
        // TXN-08
        var late = _trades.Values.FirstOrDefault(trade => trade.Account == account && trade.Deadline > 0 && trade.Deadline <= moment.Stamp);
        if (late is not null) throw Wrong(moment, $"the deadline {late.Deadline} of {late.State} in {late.Id} recorded before a step stamped {moment.Stamp}", "that transaction as it was");
    }

    void TakeOutside(Moment moment, Event accepted)
    {
        var (content, digest) = (accepted.Content, Hex(accepted.Digest));
        var sender = content.Header.Sender;
        switch (content.BodyCase)
        {
            case Content.BodyOneofCase.Mandate:
                Settled(moment, sender, ownStep: false);
                _mandates.TryAdd(digest, new Lodged(content.Mandate, digest));
                break;
            case Content.BodyOneofCase.RevokeMandate:
                Settled(moment, sender, ownStep: false);
                if (!_mandates.TryGetValue(Hex(content.RevokeMandate.Mandate), out var revoked)) throw Wrong(moment, "refused with mandate_unknown", "accepted");
                revoked.Revoked = true;
                OweReleases(moment, sender);
                break;
            case Content.BodyOneofCase.Fund:
                Settled(moment, content.Fund.Account, ownStep: false);
                Accounts.Add(content.Fund.Account, content.Fund.Amount.CurrencyCode, Amounts.NanosOf(content.Fund.Amount));
                break;
            case Content.BodyOneofCase.RequestPayout:
                Settled(moment, sender, ownStep: false);
                _payouts[digest] = Amounts.NanosOf(content.RequestPayout.Amount);
                Accounts.Hold(sender, content.RequestPayout.Amount.CurrencyCode, _payouts[digest]);
                break;
            case Content.BodyOneofCase.Intent:
                TakeIntent(moment, accepted);
                break;
        }
    }

    void TakeIntent(Moment moment, Event accepted)
    {
        var (header, intent) = (accepted.Content.Header, accepted.Content.Intent);
        var account = _registered.PrincipalOf(header.Sender) ?? header.Sender;
        Settled(moment, account, ownStep: false);
        if (IntentFault(moment, accepted, account) is { } fault) throw Wrong(moment, $"refused with {fault}", "accepted");
        var wanted = new Wanted(intent, Hex(accepted.Digest));
        foreach (var opened in accepted.Decision.Accepted.Transactions)
        {
            var id = Hex(Tags.TransactionId(accepted.Digest, opened.Seller));
            if (Hex(opened.TransactionId) != id) throw Wrong(moment, $"the id {id} for {opened.Seller} (TXN-02)", Hex(opened.TransactionId));
            _trades[id] = new Trade(id, wanted, header.Sender, account, opened.Seller, _registered.PrincipalOf(opened.Seller));
        }
        if (header.Recipients.Count > 0 && !accepted.Decision.Accepted.Transactions.Select(opened => opened.Seller).SequenceEqual(header.Recipients))
        {
            throw Wrong(moment, "a transaction for each recipient, in their order (INT-06)", string.Join(", ", accepted.Decision.Accepted.Transactions.Select(opened => opened.Seller)));
        }
    }

    string? IntentFault(Moment moment, Event accepted, string account)
    {
        var (header, intent) = (accepted.Content.Header, accepted.Content.Intent);
        if (header.Recipients.Count > 0 == intent.Capability.Length > 0) return "recipient_wrong";
        if (intent.ExpiresAtMs <= moment.Stamp) return "deadline_passed";
        if (Amounts.FaultOf(intent.Budget) is { } fault) return fault;
        if (Amounts.NanosOf(intent.Budget) < 0) return "amount_invalid";
        if (intent.ExpiresAtMs > moment.Stamp + (90 * DayMs) || intent.MaxLocks > 16 || intent.SellersMax > 16 || intent.Arbiters.Count > 8) return "terms_invalid";
        if (header.Recipients.Any(seller => _registered.PrincipalOf(seller) == account)) return "same_principal";
        if (_needs.Usable(header, accepted.SigningKey, account, moment.Stamp, out var mandate) is { } unusable) return unusable;
        if (mandate!.LimitIn(intent.Budget.CurrencyCode) is not { } limit) return "mandate_currency";
        if (header.Recipients.Any(seller => !mandate.Allows(seller, _registered.PrincipalOf(seller)))) return "mandate_seller";
        return limit.InTotal is { } all && Amounts.NanosOf(intent.Budget) > Amounts.NanosOf(all) ? "mandate_exceeded" : null;
    }

    static StepKind StepOf(Content.BodyOneofCase body) => Enum.TryParse<StepKind>(body.ToString(), out var kind) ? kind : StepKind.Unspecified;

    static string CodeOf(Google.Rpc.Status status) => new Outcome.Refused(status).Code;

    static string Hex(ByteString bytes) => Hex(bytes.Span);

    static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    static CheckFailedException Wrong(Moment moment, string expected, object? got) => Expectations.Failed($"The model, {moment}", expected, got);
}
