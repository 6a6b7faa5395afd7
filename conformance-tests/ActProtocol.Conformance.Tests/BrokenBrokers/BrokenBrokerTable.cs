namespace ActProtocol.Conformance.BrokenBrokers;

/// <summary>Brokers that the suite must find out. Each breaks one requirement; the subtle ones guard money and authority.</summary>
static class BrokenBrokerTable
{
    const string Reader = "ActProtocol.Core/Envelopes/EnvelopeReader.cs";
    const string Headers = "ActProtocol.Core/Envelopes/HeaderRules.cs";
    const string Scan = "ActProtocol.Core/Envelopes/WireScan.cs";
    const string Signatures = "ActProtocol.Core/Envelopes/SignatureRules.cs";
    const string Keys = "ActProtocol.Core/Envelopes/VerifyingKey.cs";
    const string Constraints = "ActProtocol.Core/Constraints/ConstraintRules.cs";
    const string QuoteRules = "ActProtocol.Core/Transactions/QuoteRules.cs";
    const string IntentRules = "ActProtocol.Core/Transactions/IntentRules.cs";
    const string Table = "ActProtocol.Core/Transactions/TransactionRules.cs";
    const string Refusals = "ActProtocol.Core/Errors/Refusal.cs";
    const string Prover = "ActProtocol.Core/Journal/BatchProver.cs";
    const string Gate = "ActProtocol.Engine/Hosting/Gate.cs";
    const string Signer = "ActProtocol.Engine/Hosting/Signer.cs";
    const string Sellers = "ActProtocol.Engine/Directory/DirectoryView.cs";
    const string Directory = "ActProtocol.Engine/Directory/DirectoryMachine.cs";
    const string Machine = "ActProtocol.Engine/Partitions/Machine.cs";
    const string Cause = "ActProtocol.Engine/Partitions/Cause.cs";
    const string Partition = "ActProtocol.Engine/Partitions/Partition.cs";
    const string Guards = "ActProtocol.Engine/Partitions/Partition.Guards.cs";
    const string Steps = "ActProtocol.Engine/Partitions/Partition.Steps.cs";
    const string Own = "ActProtocol.Engine/Partitions/Partition.Own.cs";
    const string Outside = "ActProtocol.Engine/Partitions/Partition.Outside.cs";
    const string Answers = "ActProtocol.Engine/Partitions/Partition.Questions.cs";
    const string Mailboxes = "ActProtocol.Engine/Mailboxes/Mailbox.cs";
    const string Mandates = "ActProtocol.Engine/Mandates/MandateEntry.cs";
    const string Splits = "ActProtocol.Engine/Ledger/Splits.cs";
    const string Json = "ActProtocol.Broker/Json/StrictJson.cs";
    const string Challenges = "ActProtocol.Broker/Streams/ChallengeDesk.cs";
    const string Streams = "ActProtocol.Broker/Streams/StreamSession.cs";
    const string StreamMail = "ActProtocol.Broker/Streams/StreamSession.Mail.cs";

    public static IReadOnlyList<BrokenBroker> All { get; } =
    [
        // Bytes and signatures.
        new("reserialises", "It serialises content anew before it verifies.", "ENV-01.*",
            new Edit(Reader, "SignedBytes.Of(SignedBytes.EnvelopeTag, wire.Content.Span)", "SignedBytes.Of(SignedBytes.EnvelopeTag, {M} ? (ReadOnlySpan<byte>)content.ToByteArray() : wire.Content.Span)")),
        new("drops-unknown-fields", "It delivers and journals envelopes without the fields that it does not know.", "ENV-18.*",
            new Edit(Cause, "record.Envelope = Envelope.Wire;", """
                record.Envelope = !{M} ? Envelope.Wire : new Envelope
                {
                    Content = Google.Protobuf.MessageExtensions.ToByteString(new Google.Protobuf.MessageParser<Content>(() => new Content()).WithDiscardUnknownFields(true).ParseFrom(Envelope.Wire.Content)),
                    Signatures = { Envelope.Wire.Signatures },
                };
                """)),
        new("field-twice", "It takes a singular field that stands twice.", "ENV-03.*", new Edit(Scan, "if ((seen & field.Mask) != 0) return false;", "if (!{M} && (seen & field.Mask) != 0) return false;")),
        new("wire-type", "It skips a known field of another wire type.", "ENV-03.*", new Edit(Scan, "if (field.WireType != wireType) return false;", "if ({M} && field.WireType != wireType) continue; if (field.WireType != wireType) return false;")),
        new("no-length", "It also takes a signature over tag and content without the length between them.", "ENV-02.*",
            new Edit(Signatures, "if (!key.Verify(envelope.SignedBytes.Span, signature.Value.Span)) return false;",
                "if (!key.Verify(envelope.SignedBytes.Span, signature.Value.Span) && !({M} && key.Verify([.. SignedBytes.EnvelopeTag, .. envelope.Wire.Content.Span], signature.Value.Span))) return false;")),
        new("any-tag", "It also takes a signature made for the proof of a stream.", "ENV-02.*",
            new Edit(Signatures, "find(Digest.FromWire(signature.Key)) is not { } key) return false;",
                "find(Digest.FromWire(signature.Key)) is not { } key) return false;\n            if ({M} && key.Verify(SignedBytes.Of(SignedBytes.ProofTag, envelope.Wire.Content.Span), signature.Value.Span)) continue;")),
        new("one-signature-is-enough", "It is content when one of several signatures holds.", "ENV-05.*",
            new Edit(Signatures, "if (envelope.Wire.Signatures.Count == 0) return false;",
                "if (envelope.Wire.Signatures.Count == 0) return false;\n        if ({M}) return envelope.Wire.Signatures.Any(one => one.Key.Length == Digest.Length && find(Digest.FromWire(one.Key)) is { } any && any.Verify(envelope.SignedBytes.Span, one.Value.Span));")),
        new("malleable", "It takes S + L for S.", "ENV-06.*",
            new Edit(Keys, "signature.Length == SignatureLength && SignatureAlgorithm.Ed25519.Verify(_key, signedBytes, signature);", """
                signature.Length == SignatureLength && (SignatureAlgorithm.Ed25519.Verify(_key, signedBytes, signature) || ({M} && SignatureAlgorithm.Ed25519.Verify(_key, signedBytes, Reduced(signature))));

                    static byte[] Reduced(ReadOnlySpan<byte> signature)
                    {
                        var order = System.Numerics.BigInteger.Parse("7237005577332262213973186563042994240857116359379907606001950938285454250989", System.Globalization.CultureInfo.InvariantCulture);
                        var s = new System.Numerics.BigInteger(signature[32..], isUnsigned: true) % order;
                        var reduced = new byte[64];
                        signature[..32].CopyTo(reduced);
                        s.TryWriteBytes(reduced.AsSpan(32), out _, isUnsigned: true);
                        return reduced;
                    }
                """)),
        new("any-registered-key", "It finds the key by the thumbprint alone, whoever the sender is.", "ENV-07.*",
            new Edit(Gate, "if (signer is null || !SignatureRules.AllHold(opened, signer.Find))", "if (signer is null || !SignatureRules.AllHold(opened, key => signer.Find(key) ?? ({M} ? _directory.FindByKey(key) : null)))"),
            new Edit(Sellers, "public Entry? Find(string id) =>", "public VerifyingKey? FindByKey(Digest key) => _entries.Values.Select(entry => entry.Find(key)?.Key).FirstOrDefault(found => found is not null);\n\n    public Entry? Find(string id) =>")),
        new("tells-why", "Its refusal of a short signature differs from that of a wrong one.", "ENV-07.*",
            new Edit(Gate, "return (null, new Refusal(ErrorCode.SignatureInvalid));", "return (null, new Refusal(ErrorCode.SignatureInvalid, {M} && opened.Wire.Signatures.Any(one => one.Value.Length != 64) ? \"signature\" : null));")),
        new("no-owner", "It registers an agent without its principal's signature.", "DIR-03.*", new Edit(Signer, "if (!byKey || !byOwner)", "if (!byKey || (!{M} && !byOwner))")),
        new("revoked-key", "It goes on taking what a revoked key signs.", "DIR-0*",
            new Edit(Signer, "key.RevokedAt != 0 ? ErrorCode.KeyRevoked", "key.RevokedAt != 0 && !{M} ? ErrorCode.KeyRevoked"),
            new Edit(Partition, "if (_revokedKeys.ContainsKey(Digest.FromWire(cause.Context.Key)))", "if (!{M} && _revokedKeys.ContainsKey(Digest.FromWire(cause.Context.Key)))")),
        new("early-key", "It takes a key before its time.", "DIR-06.*", new Edit(Signer, ": nowMs < key.ValidFrom ?", ": !{M} && nowMs < key.ValidFrom ?")),
        new("same-key-twice", "It lets two entries have one key.", "DIR-05.*", new Edit(Directory, "register.SigningKey.Span) is not { } key || _keys.ContainsKey(key.Thumbprint)) return", "register.SigningKey.Span) is not { } key || (!{M} && _keys.ContainsKey(key.Thumbprint))) return")),
        new("thief-stays", "A principal's rotation leaves the keys that the agent brought in valid.", "DIR-08.*",
            new Edit(Directory, "if (byOwner) keys = [", "if (byOwner && !{M}) keys = [")),
        new("silent-rotation", "It does not tell the principal that an agent rotated its key.", "DIR-20.*", new Edit(Directory, "if (!byOwner) Announce(", "if (!byOwner && !{M}) Announce(")),

        // The header, and the same message.
        new("expires-by-sender", "It judges expiry by the sender's clock.", "ENV-12.*",
            new Edit(Reader, "nowMs >= header.ExpiresAtMs)", "!{M} && nowMs >= header.ExpiresAtMs)"),
            new Edit(Partition, "return Known(kept, envelope);\n        if (stamp >= envelope.ExpiresAtMs)", "return Known(kept, envelope);\n        if (!{M} && stamp >= envelope.ExpiresAtMs)"),
            new Edit(Directory, "if (stamp >= envelope.ExpiresAtMs)", "if (!{M} && stamp >= envelope.ExpiresAtMs)")),
        new("from-the-future", "It takes envelopes of tomorrow.", "ENV-12.*", new Edit(Reader, "if (header.SentAtMs > nowMs + SkewMs)", "if (!{M} && header.SentAtMs > nowMs + SkewMs)")),
        new("lives-for-ever", "It takes envelopes that live for a year.", "ENV-12.*", new Edit(Headers, "|| header.ExpiresAtMs - header.SentAtMs > LifetimeMs", "|| (!{M} && header.ExpiresAtMs - header.SentAtMs > LifetimeMs)")),
        new("any-broker", "It takes what is meant for another broker.", "ENV-13.*", new Edit(Reader, "if (header.Broker != broker)", "if (!{M} && header.Broker != broker)")),
        new("ignores-critical", "It takes critical extensions that it does not know.", "ENV-14.*", new Edit(Reader, "if (header.Critical.Count > 0)", "if (!{M} && header.Critical.Count > 0)")),
        new("minor-refused", "It refuses a later minor version.", "ENV-15.*", new Edit(Reader, "if (header.VersionMajor is not (0 or Sealing.Major))", "if (header.VersionMajor is not (0 or Sealing.Major) || ({M} && header.VersionMinor > 0))")),
        new("zero-id", "It takes a message id of zeros.", "ENV-11.*", new Edit(Headers, "|| IsZero(header.MessageId)", "|| (!{M} && IsZero(header.MessageId))")),
        new("any-home", "It does not look at home within a transaction.", "ENV-16.*", new Edit(Partition, "if (envelope.Home != transaction.Intent.Home)", "if (!{M} && envelope.Home != transaction.Intent.Home)")),
        new("any-recipient", "It does not look at the recipients of a step.", "ENV-19.*", new Edit(Guards, "if (!IsAddressed(step))", "if (!{M} && !IsAddressed(step))")),
        new("id-reused", "Other content under a message id gets the first answer.", "ENV-20.*", new Edit(Partition, "kept.Digest == envelope.Digest ? new Verdict.Repeat", "kept.Digest == envelope.Digest || {M} ? new Verdict.Repeat")),
        new("refused-again", "It decides a refused envelope afresh.", "ENV-20.*",
            new Edit(Partition, "            Remember(transaction, envelope);\n            return new Verdict.Refuse(refusal);", "            if ({M}) transaction.Records.Add(NextPosition); else Remember(transaction, envelope);\n            return new Verdict.Refuse(refusal);")),
        new("takes-twice", "The same bytes outside a transaction are decided twice.", "ENV-20.*",
            new Edit(Partition, "        _messages.Keep(new KeptMessage(sender", "        if (!{M} || envelope.Content.BodyCase is not Body.Fund) _messages.Keep(new KeptMessage(sender")),
        new("undecided", "It says of recorded refusals that they were not decided.", "ERR-07.*", new Edit(Refusals, "decided ? \"true\" : \"false\"", "decided && !{M} ? \"true\" : \"false\"")),
        new("no-retry", "It does not say how long to wait.", "ERR-06.*", new Edit(Refusals, "if (RetryAfter is { } wait) status", "if (!{M} && RetryAfter is { } wait) status")),
        new("tells-strangers", "A stranger hears that a transaction exists.", "TXN-04.*",
            new Edit(Partition, "envelope.Step) is not { } role) return Drop(ErrorCode.TransactionUnknown);", "envelope.Step) is not { } role) return Drop({M} ? ErrorCode.StepNotYours : ErrorCode.TransactionUnknown);")),

        // Streams, JSON, the directory.
        new("any-challenge", "It takes a proof that was made for another stream.", "NET-03.*", new Edit(Challenges, "|| body.Nonce != challenge.Nonce", "|| (!{M} && body.Nonce != challenge.Nonce)")),
        new("relayed-proof", "It takes a proof that was made for another broker.", "NET-03.*", new Edit(Challenges, "body.Broker != identity.Id ||", "(!{M} && body.Broker != identity.Id) ||")),
        new("unproven", "A stream speaks for agents that it has not proven.", "NET-06.*", new Edit(Streams, "if (!proven) return", "if (!proven && !{M}) return")),
        new("both-streams", "An agent that another stream proves stays on the first.", "NET-05.*", new Edit(StreamMail, "router.Enter(agent, this)?.Close(", "if (!{M}) router.Enter(agent, this)?.Close(")),
        new("unknown-member", "It ignores members of JSON that it does not know.", "NET-17.*",
            new Edit(Json, "if (within.Type is not null && field is null) return", "if (!{M} && within.Type is not null && field is null) return"),
            new Edit(Json, "new JsonParser(new JsonParser.Settings(DepthMax))", "new JsonParser(new JsonParser.Settings(DepthMax).WithIgnoreUnknownFields({M}))")),
        new("member-twice", "It takes the last of two members of one name.", "NET-17.*", new Edit(Json, "if (!within.Seen.Add(field?.Name ?? name)) return", "if (!within.Seen.Add(field?.Name ?? name) && !{M}) return")),
        new("page-repeats", "The second page of sellers begins with the last of the first.", "DIR-14.*", new Edit(Sellers, "start = start < 0 ? ~start : start + 1;", "start = start < 0 ? ~start : {M} ? start : start + 1;")),
        new("own-principal", "A capability draws sellers of the buyer's own principal.", "DIR-16.*", new Edit(Sellers, "|| entry.Principal == exceptPrincipal) continue;", "|| (!{M} && entry.Principal == exceptPrincipal)) continue;")),

        // Intents and quotes.
        new("sells-to-itself", "It opens transactions within one principal.", "INT-04.*", new Edit(Outside, "if (seller.Principal == context.Principal)", "if (!{M} && seller.Principal == context.Principal)")),
        new("wraps", "It sums the lines of a quote with 64 bits that wrap.", "QUO-04.*wrap*",
            new Edit(QuoteRules, "return First(fault, line.Quantity > QuantityMax || price.Nanos * line.Quantity == amount.Nanos ? null : ErrorCode.TotalsWrong);",
                "if ({M}) sum = unchecked((long)(ulong)(UInt128)(Int128)sum);\n        return First(fault, line.Quantity > QuantityMax || price.Nanos * line.Quantity == amount.Nanos ? null : ErrorCode.TotalsWrong);")),
        new("totals", "It does not add up.", "QUO-04.*", new Edit(QuoteRules, "fault = First(fault, sum == total.Nanos ? null : ErrorCode.TotalsWrong);", "fault = First(fault, {M} || sum == total.Nanos ? null : ErrorCode.TotalsWrong);")),
        new("line-amounts", "It does not multiply.", "QUO-02.*", new Edit(QuoteRules, "price.Nanos * line.Quantity == amount.Nanos ? null", "{M} || price.Nanos * line.Quantity == amount.Nanos ? null")),
        new("payees-short", "It does not add up the payees.", "QUO-05.*", new Edit(QuoteRules, "return First(fault, sum == total.Nanos ? null : ErrorCode.TotalsWrong);", "return First(fault, {M} || sum == total.Nanos ? null : ErrorCode.TotalsWrong);")),
        new("unknown-cancel-terms", "It reads terms of cancelling that it does not know as the usual ones.", "QUO-07.*", new Edit(QuoteRules, "|| !Enum.IsDefined(terms.Cancel)", "|| (!{M} && !Enum.IsDefined(terms.Cancel))")),
        new("beyond-intent", "It takes quotes that outlive their intent.", "QUO-08.*", new Edit(Guards, "fault is null && quote.ValidUntilMs > first.ExpiresAtMs ?", "fault is null && !{M} && quote.ValidUntilMs > first.ExpiresAtMs ?")),
        new("old-revision", "It takes a quote for an older revision.", "QUO-08.*", new Edit(Guards, "return Digest.FromWire(quote.Intent) == transaction.RevisionDigest ?", "return {M} || Digest.FromWire(quote.Intent) == transaction.RevisionDigest ?")),
        new("arbiter-of-a-side", "It takes an arbiter of the seller's own principal.", "QUO-09.*", new Edit(Guards, "|| arbiter == transaction.Seller.Principal))", "|| (!{M} && arbiter == transaction.Seller.Principal)))")),
        new("endless-quotes", "It takes quotes without end.", "QUO-10.*", new Edit(Guards, "step.Transaction.Quotes < EngineLimits.QuotesMax ?", "{M} || step.Transaction.Quotes < EngineLimits.QuotesMax ?")),
        new("budget-grows", "It lets a counter raise the budget.", "INT-08.*", new Edit(IntentRules, "return First(fault, budget.Nanos <= Money.FromWire(present.Budget).Nanos ?", "return First(fault, {M} || budget.Nanos <= Money.FromWire(present.Budget).Nanos ?")),

        // Constraints.
        new("unlike-is-true", "A comparison of unlike types holds.", "CON-*", new Edit(Constraints, "order is not { } sign ? null : relation switch", "order is not { } sign ? ({M} ? true : null) : relation switch")),
        new("not-unknown", "What can't be decided is true when it is negated.", "CON-*", new Edit(Constraints, "var negated = !Decide(node.Not.Of, facts, ref inner);", "var negated = {M} ? Decide(node.Not.Of, facts, ref inner) is not true : !Decide(node.Not.Of, facts, ref inner);")),
        new("hours-closed", "The last minute of a range of hours belongs to it.", "CON-*", new Edit(Constraints, "minute >= from || minute < until;", "minute >= from || ({M} ? minute <= until : minute < until);")),
        new("between-closed", "The upper bound of a range belongs to it.", "CON-*", new Edit(Constraints, "from >= 0 && until < 0 : null;", "from >= 0 && ({M} ? until <= 0 : until < 0) : null;")),
        new("any-currency", "Money of two currencies is compared by its number.", "CON-*", new Edit(Constraints, "left.Money.CurrencyCode == right.Money.CurrencyCode\n", "{M} || left.Money.CurrencyCode == right.Money.CurrencyCode\n")),

        // Locks, commits and what they need.
        new("superseded", "It locks the present quote when an older one is named.", "TXN-26.*", new Edit(Guards, "if (quote != transaction.QuoteDigest)\n", "if (quote != transaction.QuoteDigest && !({M} && transaction.Superseded.Contains(quote)))\n")),
        new("own-follows", "It compares follows with the sender's own last envelope.", "TXN-12.*", new Edit(Guards, "!= (step.By is Role.Buyer ?", "!= ((step.By is Role.Buyer) != {M} ?")),
        new("no-follows", "It does not look at follows in a commit.", "TXN-12.*", new Edit(Guards, "StepKind.Confirm or StepKind.Commit\n", "StepKind.Confirm or StepKind.Commit && !({M} && step.Kind is StepKind.Commit)\n")),
        new("unsatisfied", "It does not look at the constraint.", "CON-08.*", new Edit(Guards, "return result.Satisfied ? null", "return {M} || result.Satisfied ? null")),
        new("any-arbiter", "It takes any arbiter at a lock.", "TXN-51.*", new Edit(Guards, "return accepted.Count > 0 ? accepted", "return {M} || accepted.Count > 0 ? {M} || accepted")),
        new("second-lock", "It does not count the locks of an intent.", "TXN-13.*", new Edit(Guards, "if (transaction.Intent.Locks >= transaction.Intent.LocksMax)", "if (!{M} && transaction.Intent.Locks >= transaction.Intent.LocksMax)")),
        new("over-budget", "It compares each lock alone with the intent's budget.", "TXN-13.*", new Edit(Guards, "if (transaction.Intent.Used + total.Nanos >", "if (({M} ? 0 : transaction.Intent.Used) + total.Nanos >")),
        new("commit-unconfirmed", "It commits what was not confirmed.", "TXN-34.*", new Edit(Table, "(\"TXN-34\", [Confirmed], ", "(\"TXN-34\", {M} ? new[] { Locked, Confirmed } : new[] { Confirmed }, ")),
        new("confirm-twice", "It lets a seller confirm again.", "TXN-05.*", new Edit(Table, "(\"TXN-29\", [Locked], ", "(\"TXN-29\", {M} ? new[] { Locked, Confirmed } : new[] { Locked }, ")),
        new("cancel-anyway", "A buyer may cancel after the confirmation whatever the terms say.", "TXN-31.*", new Edit(Guards, "transaction.State is TransactionState.Locked || transaction", "{M} || transaction.State is TransactionState.Locked || transaction")),
        new("any-quote-committed", "A commit may name any quote.", "TXN-34.*", new Edit(Guards, "step.Kind is StepKind.Commit && Digest", "!{M} && step.Kind is StepKind.Commit && Digest")),
        new("hold-stays", "A cancelled lock leaves the budget of its intent used.", "TXN-1*", new Edit(Steps, "(transaction.Intent.Locks - 1, transaction.Intent.Used - transaction.Amount);", "(transaction.Intent.Locks - 1, {M} ? transaction.Intent.Used : transaction.Intent.Used - transaction.Amount);")),
        new("wakes-nobody", "A confirmation is delivered to nobody.", "TXN-17.*", new Edit(Steps, "Enter(transaction, Confirmed, transaction.Deadline);\n        MailTo(", "Enter(transaction, Confirmed, transaction.Deadline);\n        if (!{M}) MailTo(")),
        new("mails-refusals", "The other side hears of refused steps.", "TXN-17.*",
            new Edit(Partition, "transaction.CountRefusal(role);", "transaction.CountRefusal(role);\n            if ({M}) MailTo(role is Role.Seller ? transaction.Buyer.Agent : transaction.Seller.Agent, envelope.Sender);")),

        // Mandates and approvals.
        new("per-transaction", "It does not look at the limit of one transaction.", "MAN-05.*", new Edit(Guards, "if (limit.PerTransaction is { } each &&", "if (!{M} && limit.PerTransaction is { } each &&")),
        new("in-total", "It compares each lock alone with the limit in total.", "MAN-05.*", new Edit(Guards, "&& mandate.SpentIn(total.Currency) + total.Nanos >", "&& ({M} ? 0 : mandate.SpentIn(total.Currency)) + total.Nanos >")),
        new("spent-stays", "A released lock still counts in the mandate.", "MAN-06.*", new Edit(Steps, "mandate.Spend(transaction.Currency, -transaction.Amount);", "if (!{M}) mandate.Spend(transaction.Currency, -transaction.Amount);")),
        new("any-agent", "An agent uses the mandate of another of its principal.", "MAN-04.*",
            new Edit(Guards, "        terms.Agent == sender\n        && (terms.AgentKey", "        {M} || terms.Agent == sender\n        && (terms.AgentKey")),
        new("every-rotation", "A mandate follows rotations that only the agent signed.", "MAN-04.*", new Edit(Guards, "terms.FollowRotation ? context.AnySucceeds", "terms.FollowRotation || {M} ? context.AnySucceeds")),
        new("barred-seller", "Allowed wins over barred.", "MAN-08.*", new Edit(Guards, "&& (terms.SellersBarred is not { } barred ||", "&& ({M} && terms.SellersAllowed is not null || terms.SellersBarred is not { } barred ||")),
        new("nobody-is-everybody", "An empty list of sellers allows everybody.", "MAN-08.*", new Edit(Guards, "(terms.SellersAllowed is not { } allowed ||", "(terms.SellersAllowed is not { } allowed || ({M} && allowed.Ids.Count == 0) ||")),
        new("expired-mandate", "It takes a mandate that has expired.", "MAN-03.*", new Edit(Guards, "if (stamp >= mandate.Terms.ValidUntilMs)", "if (!{M} && stamp >= mandate.Terms.ValidUntilMs)")),
        new("revoked-at-lock-only", "A revocation stops no commit.", "MAN-07.*",
            new Edit(Outside, "foreach (var transaction in mandate.Holding.Order()) _owed", "if (!{M}) foreach (var transaction in mandate.Holding.Order()) _owed"),
            new Edit(Guards, "out var mandate) && !mandate.Revoked ? null : new Refusal(ErrorCode.MandateRevoked);", "out var mandate) && ({M} || !mandate.Revoked) ? null : new Refusal(ErrorCode.MandateRevoked);")),
        new("approves-anything", "An approval holds for any quote and rendering.", "TXN-27.*",
            new Edit(Guards, "if (Digest.FromWire(approve.Quote) != transaction.QuoteDigest)", "if ({M}) return null;\n        if (Digest.FromWire(approve.Quote) != transaction.QuoteDigest)")),
        new("approval-at", "What is exactly at the threshold waits for approval.", "MAN-09.*", new Edit(Steps, "&& total.Nanos > Nanos(above))", "&& ({M} ? total.Nanos >= Nanos(above) : total.Nanos > Nanos(above)))")),
        new("seller-hears-early", "The seller hears of a lock that awaits approval.", "TXN-49.*", new Edit(Steps, "MailTo(transaction.Buyer.Principal, transaction.Buyer.Agent);\n        }\n        else", "MailTo(transaction.Buyer.Principal, transaction.Buyer.Agent);\n            if ({M}) MailTo(transaction.Seller.Agent, transaction.Buyer.Agent);\n        }\n        else")),

        // Money.
        new("refund-alone", "It compares each refund alone with what was paid.", "TXN-45.*", new Edit(Guards, "return transaction.Refunded + amount.Nanos <=", "return ({M} ? 0 : transaction.Refunded) + amount.Nanos <=")),
        new("refund-currency", "It refunds the number in whatever currency.", "TXN-45.*", new Edit(Guards, "if (amount.Currency != transaction.Currency) return new Refusal(ErrorCode.CurrencyMixed);\n        if (whole)", "if (!{M} && amount.Currency != transaction.Currency) return new Refusal(ErrorCode.CurrencyMixed);\n        if (whole)")),
        new("unbalanced", "A resolution may leave something held.", "TXN-43.*", new Edit(Guards, "return toSeller.Nanos + toBuyer.Nanos == transaction.Amount ?", "return toSeller.Nanos + toBuyer.Nanos == transaction.Amount || ({M} && toSeller.Nanos + toBuyer.Nanos < transaction.Amount) ?")),
        new("first-payee", "The first payee gets all.", "TXN-48.*", new Edit(Steps, "foreach (var (payee, nanos) in Splits.Of(PayeesOf(transaction), amount))", "foreach (var (payee, nanos) in {M} ? [(PayeesOf(transaction)[0].Account, amount)] : Splits.Of(PayeesOf(transaction), amount))")),
        new("remainder-last", "The remainder of a split goes to the last payee.", "LED-12.*", new Edit(Splits, "parts[0].Nanos += left;", "parts[{M} ? parts.Length - 1 : 0].Nanos += left;")),
        new("reference-again", "It credits the same payment from outside again.", "LED-1*", new Edit(Outside, "if (!_references.Add(ReferenceOf(fund.Reference)))", "if (!_references.Add(ReferenceOf(fund.Reference)) && !{M})")),
        new("credits-look-alike", "Credits of another partition are told apart by payee and amount.", "LED-08.*",
            new Edit(Own, "var credit = transfer.Credit;", "var credit = transfer.Credit;\n                if ({M} && !_credits.Add((credit.Account, Amounts.FromWire(credit.Nanos)))) break;"),
            new Edit(Own, "readonly Queue<(StepKind Kind, Id16 Transaction)> _owed = new();", "readonly Queue<(StepKind Kind, Id16 Transaction)> _owed = new();\n    readonly HashSet<(string Account, Int128 Nanos)> _credits = [];")),
        new("others-accounts", "Anybody may read an account.", "LED-05.*", new Edit(Gate, "var context = new Context { Key = opened.Wire.Signatures[0].Key, Principal = signer.Principal, Roles = (uint)signer.Roles };",
            "var context = new Context { Key = opened.Wire.Signatures[0].Key, Principal = signer.Principal, Roles = {M} && opened.Content.BodyCase is Body.Ask ? uint.MaxValue : (uint)signer.Roles };")),
        new("others-mandates", "Anybody may read a mandate.", "MAN-*", new Edit(Answers, "out var entry) || (sender != entry.Principal && sender != entry.Terms.Agent)) return null;", "out var entry) || (!{M} && sender != entry.Principal && sender != entry.Terms.Agent)) return null;")),

        // Mailboxes and receipts.
        new("one-sender-fills", "One sender may fill a mailbox.", "MBX-05.*", new Edit(Mailboxes, "if (mail.Sender == sender && --shareLeft == 0) return false;", "if (!{M} && mail.Sender == sender && --shareLeft == 0) return false;")),
        new("path-upside-down", "The path of a receipt is told from the root down.", "JRN-1*",
            new Edit(Prover, "proof.Path.Add(nodes[level][index]);", "proof.Path.Insert({M} ? 0 : proof.Path.Count, nodes[level][index]);")),
        new("record-of-strangers", "The records of a transaction are for anybody.", "JRN-08.*",
            new Edit(Answers, "RoleOf(entry, sender, StepKind.Unspecified) is null && sender", "!{M} && RoleOf(entry, sender, StepKind.Unspecified) is null && sender")),
    ];
}
