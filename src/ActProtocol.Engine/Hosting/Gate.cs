using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Hosting;

/// <summary>Before the partitions: form, signatures, and what decisions need from the directory. Runs on any thread; holds no lock.</summary>
public sealed class Gate
{
    readonly EngineOptions _options;
    readonly DirectoryView _directory;
    readonly TimeProvider _time;
    readonly EnvelopeReader _reader;

    internal Gate(EngineOptions options, DirectoryView directory, TimeProvider time) =>
        (_options, _directory, _time, _reader) = (options, directory, time, new EnvelopeReader(options.Broker));

    /// <summary>Everything that is cheap: no key is looked at. Bounded by the size of the envelope.</summary>
    public (OpenedEnvelope? Opened, Refusal? Refused) Read(Envelope wire) => _reader.Read(wire, NowMs);

    /// <summary>Checks the signatures, at about 60 µs each, and looks up what the decision needs.</summary>
    public (VerifiedEnvelope? Verified, Refusal? Refused) Verify(OpenedEnvelope opened)
    {
        // One answer for an unknown sender, an unknown key and a wrong signature: a stranger learns nothing from it (ENV-07).
        var signer = SignerOf(opened);
        if (signer is null || !SignatureRules.AllHold(opened, signer.Find)) return (null, new Refusal(ErrorCode.SignatureInvalid));
        if (signer.Fault(opened, NowMs) is { } code) return (null, new Refusal(code));

        var context = new Context { Key = opened.Wire.Signatures[0].Key, Principal = signer.Principal, Roles = (uint)signer.Roles };
        signer.AddKeys(opened, context);
        AddFacts(opened, signer.Principal, context);
        return (new VerifiedEnvelope(opened, context, Salts.Next()), null);
    }

    /// <summary>The present key of an agent by its thumbprint, for proofs on streams; null when it may not sign now.</summary>
    public VerifyingKey? FindKey(string agent, Digest thumbprint)
    {
        var key = _directory.Find(agent)?.Find(thumbprint);
        return key is not null && Signer.FaultOf(key, NowMs) is null ? key.Key : null;
    }

    /// <summary>Why a key of an agent may not sign now; null when it may.</summary>
    public ErrorCode? KeyFault(string agent, Digest thumbprint) =>
        _directory.Find(agent)?.Find(thumbprint) is { } key ? Signer.FaultOf(key, NowMs) : ErrorCode.SignatureInvalid;

    public bool IsEntered(string id) => _directory.Find(id) is not null;

    /// <summary>A directory entry as everybody may see it, without its standing.</summary>
    public DirectoryEntry? FindEntry(string id) => _directory.Find(id)?.ToWire(new Standing());

    public IEnumerable<DirectoryEntry> FindSellers(string capability, string after, int count) =>
        _directory.SellersWith(capability, after, count).Select(entry => entry.ToWire(new Standing()));

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    Signer? SignerOf(OpenedEnvelope opened)
    {
        var sender = opened.Sender;
        if (_options.Operators.TryGetValue(sender, out var known)) return new Signer.Operator(sender, known.Key, known.Roles);
        if (opened.Content.BodyCase is Body.Register) return Newcomer(sender, opened.Content.Register);
        return _directory.Find(sender) is { } entry ? new Signer.Known(entry) : null;
    }

    Signer.Newcomer? Newcomer(string sender, Register register)
    {
        if (VerifyingKey.TryImport(register.SigningKey.Span) is not { } key) return null;
        if (register.Kind is EntryKind.Principal) return new Signer.Newcomer(sender, key, null);
        return _directory.Find(register.Principal) is { } owner ? new Signer.Newcomer(register.Principal, key, owner) : null;
    }

    void AddFacts(OpenedEnvelope opened, string principal, Context context)
    {
        var content = opened.Content;
        switch (content.BodyCase)
        {
            case Body.Intent when opened.Recipients.Count == 0:
                var count = content.Intent.SellersMax is 0 or > EnvelopeLimits.RecipientsMax ? EnvelopeLimits.RecipientsMax : (int)content.Intent.SellersMax;
                foreach (var entry in _directory.Draw(content.Intent.Capability, principal, count, opened.Digest)) Add(entry.Id);
                break;
            case Body.Intent:
                foreach (var seller in opened.Recipients) Add(seller);
                break;
            case Body.Quote:
                if (content.Quote.Terms?.Escrow is { } escrow) Add(escrow.Arbiter);
                foreach (var payee in content.Quote.Payees) Add(payee.Account);
                break;
            case Body.Mandate:
                Add(content.Mandate.Agent);
                break;
            case Body.Fund:
                Add(content.Fund.Account);
                break;
            case Body.RecoverKey:
                context.RecoveryDelayMs = (long)_options.RecoveryDelay.TotalMilliseconds;
                break;
            default:
                break;
        }

        void Add(string id) => context.Parties.Add(new Stored.Party { Id = id, Principal = _directory.PrincipalOf(id) });
    }
}
