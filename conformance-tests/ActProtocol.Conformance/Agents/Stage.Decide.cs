using System.Security.Cryptography;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Model;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>What is decided of an envelope.</summary>
sealed partial class Stage
{
    /// <summary>Takes an envelope of the subject's.</summary>
    public async Task<StageReply> TakeAsync(Envelope envelope, bool isQuestion, CancellationToken cancellationToken)
    {
        Transcript.Add(sent: false, $"sends {Bodies.NameOf(envelope.Content)}", Envelope.Descriptor.FullName, envelope.ToByteArray());
        StageReply reply;
        Reaction? reaction;
        lock (_lock)
        {
            if (Observer.Read(envelope, isQuestion) is not { } content) return new StageReply(null, StageRefusals.Of("malformed"));
            if (!SignaturesHold(envelope, content)) return new StageReply(null, StageRefusals.Of("signature_invalid"));
            if (isQuestion) return new StageReply(null, null);
            if (Known(envelope, content) is { } known)
            {
                Note(envelope, content, known);
                return known;
            }
            Observer.Judge(content, envelope.Content);
            var index = _reactions.FindIndex(one => one.When(content));
            reaction = index < 0 ? null : _reactions[index].Reaction;
            if (index >= 0) _reactions.RemoveAt(index);
            reaction ??= StageUnkindness.Reaction(content, Unkind);
            if (reaction is Reaction.After(var first)) first();
            reply = reaction switch
            {
                Reaction.Lose => new StageReply(null, null, Lost: true),
                Reaction.Refuse { Decided: false } refuse => new StageReply(null, StageRefusals.Of(refuse.Code, retry: refuse.Retry)),
                Reaction.Refuse refuse => Refused(envelope, content, refuse.Code),
                _ => Decide(envelope, content),
            };
            Note(envelope, content, reply);
        }
        if (reaction is Reaction.Hold(var gate)) await gate.WaitAsync(cancellationToken);
        return reaction switch
        {
            Reaction.LoseAnswer => reply with { Lost = true },
            Reaction.Internal => new StageReply(null, StageRefusals.Of("internal")),
            _ => reply,
        };
    }

    /// <summary>What was decided of a message; null: nothing.</summary>
    public Decision? DecisionOf(ByteString transaction, string sender, ByteString message)
    {
        lock (_lock) return _answers.GetValueOrDefault((Convert.ToHexStringLower(transaction.Span), sender, Convert.ToHexStringLower(message.Span))).Reply?.Decision;
    }

    public bool IsParty(StageTransaction transaction, string id)
    {
        lock (_lock) return id == transaction.Buyer || id == transaction.Seller || id == PrincipalOf(transaction.Buyer) || id == PrincipalOf(transaction.Seller);
    }

    /// <summary>An intent is a record of each of the transactions that it opened.</summary>
    public static bool IsOf(StageRecord record, StageTransaction transaction) =>
        record.Transaction == transaction.Hex || (record.Step is StepKind.Intent && record.Digest.AsSpan().SequenceEqual(transaction.IntentDigest));

    void Note(Envelope envelope, Content content, StageReply reply)
    {
        _steps.Add(new StageStep(Transcript.Elapsed, content, envelope.Content, Tags.Digest(envelope.Content.Span), reply));
        Transcript.Add(sent: true, reply.Lost ? "(no answer)" : reply.IsAccepted ? "accepted" : $"refused: {reply.Refusal?.Message}", "act.v1.Decision", reply.Decision?.ToByteArray() ?? []);
        Pulse();
    }

    StageReply? Known(Envelope envelope, Content content)
    {
        if (!_answers.TryGetValue(KeyOf(content), out var before)) return null;
        if (before.Content == envelope.Content) return before.Reply;
        if (!IsSame(content, Content.Parser.ParseFrom(before.Content))) Observer.Fault("ENV-20", "a message id for one message alone", $"{content.BodyCase} under the id of another message");
        return new StageReply(null, StageRefusals.Of("message_id_reused"));
    }

    // A derived id stands for the same step, said at another time (ENV-21): that is told message_id_reused, and harms nobody.
    static bool IsSame(Content now, Content before)
    {
        var then = now.Clone();
        (then.Header.SentAtMs, then.Header.ExpiresAtMs, then.Header.Traceparent, then.Header.Tracestate) =
            (before.Header.SentAtMs, before.Header.ExpiresAtMs, before.Header.Traceparent, before.Header.Tracestate);
        return then.Equals(before);
    }

    static (string Transaction, string Sender, string Message) KeyOf(Content content) =>
        (Convert.ToHexStringLower(content.Header.TransactionId.Span), content.Header.Sender, Convert.ToHexStringLower(content.Header.MessageId.Span));

    StageReply Decide(Envelope envelope, Content content, Func<Envelope, Envelope>? shown = null) => content.BodyCase switch
    {
        Content.BodyOneofCase.Register => Registered(envelope, content),
        Content.BodyOneofCase.Intent => Opened(envelope, content, shown),
        Content.BodyOneofCase.Mandate or Content.BodyOneofCase.Fund or Content.BodyOneofCase.RevokeMandate or Content.BodyOneofCase.UpdateListing or Content.BodyOneofCase.RequestPayout
            or Content.BodyOneofCase.RotateKey or Content.BodyOneofCase.RevokeKey => Outside(envelope, content),
        _ => Stepped(envelope, content, shown),
    };

    StageReply Registered(Envelope envelope, Content content)
    {
        var register = content.Register;
        if (!register.SigningKey.Span.SequenceEqual(EntryKeyOf(content.Header.Sender) ?? register.SigningKey.ToByteArray())) return new StageReply(null, StageRefusals.Of("name_taken"));
        Enter(content.Header.Sender, register);
        return Outside(envelope, content);
    }

    // What stands outside transactions is taken as it is: an agent's steps there are the wallet's.
    StageReply Outside(Envelope envelope, Content content) => Accept(envelope, content, new Accepted(), null, null);

    StageReply Opened(Envelope envelope, Content content, Func<Envelope, Envelope>? shown)
    {
        var (intent, header) = (content.Intent, content.Header);
        if (_revoked.Contains(Convert.ToHexStringLower(header.Mandate.Span))) return Refused(envelope, content, "mandate_revoked");
        var digest = Tags.Digest(envelope.Content.Span);
        var sellers = header.Recipients.Count > 0 ? [.. header.Recipients] : Draw(intent, digest);
        if (sellers.Count == 0) return Refused(envelope, content, "no_seller");
        foreach (var seller in sellers) NeedSeller(seller);
        var accepted = new Accepted { State = TransactionState.Open, DeadlineMs = intent.ExpiresAtMs, Vouched = new Vouched { MandateLive = true, BudgetCovered = true, Standing = new Standing() } };
        foreach (var seller in sellers)
        {
            var transaction = new StageTransaction(Tags.TransactionId(digest, seller), header.Sender, seller, digest, intent, header.Mandate, header.Home);
            _transactions[transaction.Hex] = transaction;
            accepted.Transactions.Add(new OpenedTransaction { TransactionId = ByteString.CopyFrom(transaction.Id), Seller = seller });
        }
        return Accept(envelope, content, accepted, null, shown, sellers);
    }

    StageReply Stepped(Envelope envelope, Content content, Func<Envelope, Envelope>? shown)
    {
        var (header, kind) = (content.Header, StageTable.KindOf(content));
        if (!_transactions.TryGetValue(Convert.ToHexStringLower(header.TransactionId.Span), out var transaction)) return new StageReply(null, StageRefusals.Of("transaction_unknown"));
        var role = header.Sender == transaction.Buyer ? Role.Buyer : header.Sender == transaction.Seller ? Role.Seller : header.Sender == PrincipalOf(transaction.Buyer) ? Role.Principal : Role.Unspecified;
        if (role is Role.Unspecified) return new StageReply(null, StageRefusals.Of("transaction_unknown"));
        if (!StageTable.IsOf(role, kind)) return Refused(envelope, content, "step_not_yours");
        if (StageTable.Next(transaction.State, role, kind) is not { } next) return Refused(envelope, content, "step_out_of_order");
        if (Fault(content, kind, role, transaction) is { } code) return Refused(envelope, content, code);

        var digest = Tags.Digest(envelope.Content.Span);
        if (kind is StepKind.Lock && ApprovalAbove is { } limit && Amounts.NanosOf(transaction.Quote!.Total) > limit) next = TransactionState.AwaitingApproval;
        if (kind is StepKind.Commit && transaction.Quote!.Terms?.SettlementCase is Terms.SettlementOneofCase.Instant) next = TransactionState.Committed;
        if (kind is StepKind.Quote)
        {
            if (transaction.QuoteDigest.Length > 0) transaction.OlderQuotes.Add(Convert.ToHexStringLower(transaction.QuoteDigest));
            (transaction.Quote, transaction.QuoteDigest) = (content.Quote, digest);
        }
        if (kind is StepKind.Counter) (transaction.Intent, transaction.Revision) = (content.Counter.Intent, digest);
        if (role is Role.Buyer) transaction.LastOfBuyer = digest;
        if (role is Role.Seller) transaction.LastOfSeller = digest;
        transaction.State = next;
        string[] both = [transaction.Buyer, transaction.Seller];
        string[] to = kind switch
        {
            StepKind.Commit or StepKind.Accept or StepKind.Deny => both,
            StepKind.Refund when next is TransactionState.Refunded => both,
            StepKind.Lock when next is TransactionState.AwaitingApproval => [],
            StepKind.Approve => both,
            _ => [role is Role.Buyer ? transaction.Seller : transaction.Buyer],
        };
        // The seller hears of a lock that waited only now (TXN-17).
        if (kind is StepKind.Approve) Mail(_records.Last(record => record.Transaction == transaction.Hex && record.Step is StepKind.Lock && record.IsAccepted), transaction.Seller);
        var reply = Accept(envelope, content, AcceptedOf(transaction, kind), transaction, shown, to);
        if (kind is StepKind.Commit && transaction.Quote!.Terms?.Escrow is null) ActSelf(transaction, StepKind.Settle);
        return reply;
    }

    // The needs of a row that an agent can break.
    string? Fault(Content content, StepKind kind, Role role, StageTransaction transaction)
    {
        var follows = role is Role.Buyer ? transaction.LastOfSeller : transaction.LastOfBuyer;
        if (kind is StepKind.Quote or StepKind.Counter or StepKind.Lock or StepKind.Confirm or StepKind.Commit && !content.Header.Follows.Span.SequenceEqual(follows)) return "follows_stale";
        var named = kind is StepKind.Lock ? content.Lock.Quote : kind is StepKind.Commit ? content.Commit.Quote : kind is StepKind.Approve ? content.Approve.Quote : null;
        if (named is not null && !named.Span.SequenceEqual(transaction.QuoteDigest)) return transaction.OlderQuotes.Contains(Convert.ToHexStringLower(named.Span)) ? "quote_superseded" : "quote_unknown";
        if (kind is StepKind.Lock && transaction.Quote!.ValidUntilMs <= NowMs) return "quote_expired";
        if (kind is StepKind.Lock && _transactions.Values.Count(one => one.IntentDigest.AsSpan().SequenceEqual(transaction.IntentDigest) && one.State is TransactionState.AwaitingApproval
            or TransactionState.Locked or TransactionState.Confirmed or TransactionState.Committed or TransactionState.Settled) >= Math.Max(1, transaction.Intent.MaxLocks)) return "intent_used";
        if (kind is StepKind.Lock or StepKind.Commit or StepKind.Counter && _revoked.Contains(Convert.ToHexStringLower(transaction.Mandate.Span))) return "mandate_revoked";
        return null;
    }

    Accepted AcceptedOf(StageTransaction transaction, StepKind kind)
    {
        var accepted = new Accepted { State = transaction.State, DeadlineMs = transaction.State is TransactionState.Locked or TransactionState.Confirmed ? NowMs + (transaction.Quote?.Terms?.HoldForMs ?? 0) : 0 };
        var money = (kind, transaction.State) switch
        {
            (StepKind.Lock or StepKind.Approve, _) => PaymentKind.Held,
            (StepKind.Commit, _) => PaymentKind.Committed,
            (StepKind.Settle or StepKind.Accept, _) => PaymentKind.Settled,
            (_, TransactionState.Refunded) => PaymentKind.Refunded,
            (StepKind.Cancel or StepKind.Decline or StepKind.Release or StepKind.Expire or StepKind.Deny, _) when HasLock(transaction) => PaymentKind.Released,
            _ => PaymentKind.Unspecified,
        };
        if (money is PaymentKind.Unspecified) return accepted;
        accepted.Payment = new Payment
        {
            Kind = money,
            Amount = transaction.Quote!.Total,
            Buyer = transaction.Buyer,
            Seller = transaction.Seller,
            Intent = ByteString.CopyFrom(transaction.IntentDigest),
            Quote = ByteString.CopyFrom(transaction.QuoteDigest),
        };
        return accepted;
    }

    bool HasLock(StageTransaction transaction) => _records.Any(record => record.Transaction == transaction.Hex && record.Step is StepKind.Lock && record.IsAccepted);

    StageReply Accept(Envelope envelope, Content content, Accepted accepted, StageTransaction? transaction, Func<Envelope, Envelope>? shown, IEnumerable<string>? to = null)
    {
        var record = Add(shown?.Invoke(envelope) ?? envelope, null, accepted, transaction, content);
        foreach (var one in to ?? []) Mail(record, one);
        return Remember(envelope, content, record);
    }

    StageReply Refused(Envelope envelope, Content content, string code)
    {
        _transactions.TryGetValue(Convert.ToHexStringLower(content.Header.TransactionId.Span), out var transaction);
        return Remember(envelope, content, Add(envelope, null, null, transaction, content, StageRefusals.Of(code, decided: true)));
    }

    StageReply Remember(Envelope envelope, Content content, StageRecord record)
    {
        var decision = record.Record.Decision.Clone();
        (decision.Partition, decision.Position, decision.StampMs) = (0, record.Position, record.Record.StampMs);
        var reply = new StageReply(decision, null);
        _answers[KeyOf(content)] = (envelope.Content, reply);
        return reply;
    }

    StageRecord Add(Envelope? envelope, BrokerStep? step, Accepted? accepted, StageTransaction? transaction, Content? content = null, Google.Rpc.Status? refused = null)
    {
        var record = new Record
        {
            Broker = Id,
            Position = (ulong)_records.Count + 1,
            StampMs = Math.Max(NowMs, _records.Count > 0 ? _records[^1].Record.StampMs : 0),
            Previous = ByteString.CopyFrom(_chain),
            Decision = accepted is not null ? new Decision { Accepted = accepted } : new Decision { Refused = refused },
            Play = true,
        };
        if (envelope is not null) record.Envelope = envelope;
        else record.Step = step;
        var bytes = record.ToByteString();
        _chain = SHA256.HashData([.. _chain, .. ReceiptProof.Leaf(bytes.Span)]);
        var kept = new StageRecord(record.Position, record, content, envelope is null ? [] : Tags.Digest(envelope.Content.Span), transaction?.Hex ?? "", bytes);
        _records.Add(kept);
        Pulse();
        return kept;
    }
}
