using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Codecs;

/// <summary>The rows of ENV-17: for each a body that breaks it by the least, and one at its bounds.</summary>
static class BodyRows
{
    /// <returns>Whether it belongs to a transaction; what is malformed; what is not.</returns>
    public static (bool Within, Action<Content> Bad, Action<Content> Good) Of(Parties parties, string row)
    {
        ByteString Bytes(int count) => parties.Bytes(count);
        // Bytes of UTF-8, not characters: half as many of them.
        static string Text(int bytes) => new string('é', bytes / 2) + new string('x', bytes % 2);
        static Evidence Evidence(ByteString digest, int type = 128, int location = 512) => new() { Digest = digest, MediaType = Text(type), Location = Text(location) };
        Register Entry(Action<Register>? change = null)
        {
            var entry = new Register { Kind = EntryKind.Principal, SigningKey = Bytes(32), SealingKey = Bytes(32), ValidFromMs = 5, ValidUntilMs = 6 };
            change?.Invoke(entry);
            return entry;
        }
        (bool, Action<Content>, Action<Content>) Step(Action<Content> bad, Action<Content> good) => (true, bad, good);
        (bool, Action<Content>, Action<Content>) Outside(Action<Content> bad, Action<Content> good) => (false, bad, good);

        return row switch
        {
            "quote" => Step(c => c.Quote = new Quote { Intent = Bytes(31) }, c => c.Quote = new Quote { Intent = Bytes(32) }),
            "counter" => Step(c => c.Counter = new Counter(), c => c.Counter = new Counter { Intent = new Intent() }),
            "lock" => Step(c => c.Lock = new V1.Lock { Quote = Bytes(33) }, c => c.Lock = new V1.Lock { Quote = Bytes(32) }),
            "commit" => Step(c => c.Commit = new Commit { Quote = Bytes(16) }, c => c.Commit = new Commit { Quote = Bytes(32) }),
            "approve" => Step(c => c.Approve = new Approve { Quote = Bytes(32), Rendering = Bytes(31) }, c => c.Approve = new Approve { Quote = Bytes(32), Rendering = Bytes(32) }),
            "decline" => Step(c => c.Decline = new Decline { Reason = Text(513) }, c => c.Decline = new Decline { Reason = Text(512) }),
            "cancel" => Step(c => c.Cancel = new Cancel { Reason = Text(513) }, c => c.Cancel = new Cancel { Reason = Text(512) }),
            "deny" => Step(c => c.Deny = new Deny { Reason = Text(513) }, c => c.Deny = new Deny { Reason = Text(512) }),
            "refund" => Step(c => c.Refund = new Refund { Reason = Text(513) }, c => c.Refund = new Refund { Reason = Text(512) }),
            "resolve" => Step(c => c.Resolve = new Resolve { Reason = Text(2049) }, c => c.Resolve = new Resolve { Reason = Text(2048) }),
            "dispute" => Step(c => c.Dispute = new Dispute { Reason = Text(2049) }, c => c.Dispute = new Dispute { Reason = Text(2048), Evidence = { Evidence(Bytes(32)) } }),
            "fulfil" => Step(
                c => c.Fulfil = new Fulfil { Evidence = { Enumerable.Range(0, 17).Select(_ => Evidence(Bytes(32))) } },
                c => c.Fulfil = new Fulfil { Evidence = { Enumerable.Range(0, 16).Select(_ => Evidence(Bytes(32))) } }),
            "evidence" => Step(c => c.Fulfil = new Fulfil { Evidence = { Evidence(Bytes(32)), Evidence(Bytes(32), location: 513) } }, c => c.Fulfil = new Fulfil { Evidence = { Evidence(Bytes(32)) } }),
            "revoke_mandate" => Outside(c => c.RevokeMandate = new RevokeMandate { Mandate = Bytes(31) }, c => c.RevokeMandate = new RevokeMandate { Mandate = Bytes(32) }),
            "register" => Outside(c => c.Register = Entry(entry => entry.SealingKey = Bytes(31)), c => c.Register = Entry()),
            "register-kind" => Outside(c => c.Register = Entry(entry => entry.Kind = (EntryKind)77), c => c.Register = Entry()),
            "register-agent" => Outside(
                c => c.Register = Entry(entry => (entry.Kind, entry.Principal) = (EntryKind.Agent, "")), c => c.Register = Entry(entry => (entry.Kind, entry.Principal) = (EntryKind.Agent, parties.Seller))),
            "rotate_key" => Outside(
                c => c.RotateKey = new RotateKey { Id = parties.Buyer, SigningKey = Bytes(33) }, c => c.RotateKey = new RotateKey { Id = parties.Buyer, SigningKey = Bytes(32) }),
            "rotate_key-validity" => Outside(
                c => c.RotateKey = new RotateKey { Id = parties.Buyer, SigningKey = Bytes(32), ValidFromMs = 7, ValidUntilMs = 7 },
                c => c.RotateKey = new RotateKey { Id = parties.Buyer, SigningKey = Bytes(32), ValidFromMs = 7, ValidUntilMs = 8 }),
            "revoke_key" => Outside(c => c.RevokeKey = new RevokeKey { Id = parties.Buyer, Key = Bytes(31) }, c => c.RevokeKey = new RevokeKey { Id = parties.Buyer, Key = Bytes(32) }),
            "recover_key" => Outside(c => c.RecoverKey = new RecoverKey { Id = "buyer", SigningKey = Bytes(32) }, c => c.RecoverKey = new RecoverKey { Id = parties.Buyer, SigningKey = Bytes(32) }),
            "cancel_recovery" => Outside(c => c.CancelRecovery = new CancelRecovery(), c => c.CancelRecovery = new CancelRecovery { Id = parties.Buyer }),
            "enter_foreign" => Outside(c => c.EnterForeign = new EnterForeign { Id = parties.Buyer }, c => c.EnterForeign = new EnterForeign { Id = parties.Buyer, Entry = Entry() }),
            "update_listing" => Outside(
                c => c.UpdateListing = new UpdateListing { Id = parties.Seller, Listing = new Listing { Title = Text(129) } },
                c => c.UpdateListing = new UpdateListing { Id = parties.Seller, Listing = new Listing { Title = Text(128), Capabilities = { "a.b-9" }, Origins = { Text(256) } } }),
            "fund" => Outside(c => c.Fund = new Fund { Account = "buyer", Reference = "r" }, c => c.Fund = new Fund { Account = parties.Buyer, Reference = "r" }),
            "fund-reference" => Outside(c => c.Fund = new Fund { Account = parties.Buyer, Reference = Text(129) }, c => c.Fund = new Fund { Account = parties.Buyer, Reference = Text(128) }),
            "request_payout" => Outside(c => c.RequestPayout = new RequestPayout(), c => c.RequestPayout = new RequestPayout { Destination = Text(256) }),
            "close_payout" => Outside(
                c => c.ClosePayout = new ClosePayout { Payout = Bytes(31), Account = parties.Buyer }, c => c.ClosePayout = new ClosePayout { Payout = Bytes(32), Account = parties.Buyer }),
            "close_payout-reference" => Outside(
                c => c.ClosePayout = new ClosePayout { Payout = Bytes(32), Account = parties.Buyer, Executed = true },
                c => c.ClosePayout = new ClosePayout { Payout = Bytes(32), Account = parties.Buyer, Executed = true, Reference = Text(128) }),
            "ask" => Outside(c => c.Ask = new Ask(), c => c.Ask = new Ask { Outcome = new AskOutcome { MessageId = Bytes(16) } }),
            "ask-page" => Outside(c => c.Ask = new Ask { Mail = new AskMail { PageSize = 257 } }, c => c.Ask = new Ask { Mail = new AskMail { PageSize = 256 } }),
            _ => throw new InvalidDataException($"ENV-17 has no row {row}."),
        };
    }
}
