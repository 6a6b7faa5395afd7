using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>Who is who on the stage.</summary>
sealed partial class Stage
{
    readonly Dictionary<string, DirectoryEntry> _entries = [];
    readonly Dictionary<string, Party> _parties = [];

    /// <summary>Called with each entry that the subject makes of itself.</summary>
    public IReadOnlyList<DirectoryEntry> Entries
    {
        get
        {
            lock (_lock) return [.. _entries.Values.Where(entry => !_parties.ContainsKey(entry.Id))];
        }
    }

    /// <summary>Puts somebody whose key the suite has into the directory.</summary>
    public void Enter(Party party, bool isSuites = true, Listing? listing = null)
    {
        lock (_lock)
        {
            if (isSuites) _parties[party.Id] = party;
            Enter(party.Id, new Register
            {
                Kind = party.Principal is null ? EntryKind.Principal : EntryKind.Agent,
                SigningKey = ByteString.CopyFrom(party.Key.Public),
                Principal = party.Principal?.Id ?? "",
                Listing = listing,
            });
        }
    }

    /// <summary>Another key is an entry's from now on; those that it had are revoked, and kept (DIR-13).</summary>
    public void EndKeys(string id, KeyPair key)
    {
        lock (_lock)
        {
            foreach (var old in _entries[id].Keys) old.RevokedAtMs = NowMs;
            _entries[id].Keys.Insert(0, new DirectoryKey { Thumbprint = ByteString.CopyFrom(key.Thumbprint), SigningKey = ByteString.CopyFrom(key.Public) });
        }
    }

    public DirectoryEntry? Find(string id)
    {
        lock (_lock) return _entries.GetValueOrDefault(id)?.Clone();
    }

    public IReadOnlyList<DirectoryEntry> FindSellers(string capability)
    {
        lock (_lock) return [.. _entries.Values.Where(entry => entry.Listing?.Capabilities.Contains(capability) is true).OrderBy(entry => entry.Id, StringComparer.Ordinal).Select(entry => entry.Clone())];
    }

    /// <summary>One of the suite's own.</summary>
    public Party PartyOf(string id)
    {
        lock (_lock) return _parties[id];
    }

    public bool IsSuites(string id)
    {
        lock (_lock) return _parties.ContainsKey(id);
    }

    internal string? PrincipalOf(string agent) => _entries.TryGetValue(agent, out var entry) ? entry.Principal is { Length: > 0 } principal ? principal : agent : null;

    void Enter(string id, Register register)
    {
        _entries[id] = new DirectoryEntry
        {
            Id = id,
            Kind = register.Kind,
            Principal = register.Principal,
            Keys = { new DirectoryKey { Thumbprint = ByteString.CopyFrom(Tags.Thumbprint(register.SigningKey.Span)), SigningKey = register.SigningKey } },
            SealingKey = register.SealingKey,
            Listing = register.Listing,
            Standing = new Standing(),
        };
        Pulse();
    }

    byte[]? EntryKeyOf(string id) => _entries.TryGetValue(id, out var entry) ? entry.Keys[0].SigningKey.ToByteArray() : null;

    // A buyer without a hook names whom it likes: they are played as they are asked.
    void NeedSeller(string id)
    {
        if (_entries.ContainsKey(id)) return;
        var owner = new Party($"{id}-owner", NewKey($"party/{id}-owner"));
        Enter(owner);
        Enter(new Party(id, NewKey($"party/{id}"), owner));
    }

    List<string> Draw(Intent intent, byte[] digest)
    {
        var found = _entries.Values.Where(entry => entry.Listing?.Capabilities.Contains(intent.Capability) is true).Select(entry => entry.Id).ToList();
        if (found.Count == 0)
        {
            var owner = NewParty("firm");
            var seller = new Party($"act://{Authority}/drawn-{Convert.ToHexStringLower(digest.AsSpan(0, 4))}", NewKey($"party/drawn/{Convert.ToHexStringLower(digest)}"), owner);
            Enter(seller, listing: new Listing { Title = "Goods for tests", Capabilities = { intent.Capability } });
            found.Add(seller.Id);
        }
        return [.. found.Take(intent.SellersMax is 0 or > 16 ? 16 : (int)intent.SellersMax)];
    }

    bool SignaturesHold(Envelope envelope, Content content)
    {
        var signers = content.Register is { } register ? (string[])[content.Header.Sender, register.Principal] : [content.Header.Sender];
        var keys = signers.Where(_entries.ContainsKey).SelectMany(id => _entries[id].Keys).Where(key => key.RevokedAtMs == 0).Select(key => key.SigningKey.ToByteArray()).ToList();
        if (content.Register is { SigningKey.Length: 32 } own) keys.Add(own.SigningKey.ToByteArray());
        var holds = envelope.Signatures.Count is >= 1 and <= 4 && envelope.Signatures.All(signature => signature.Suite is SignatureSuite.Ed25519
            && keys.Any(key => signature.Key.Span.SequenceEqual(Tags.Thumbprint(key)) && KeyPair.Holds(key, Tags.Envelope, envelope.Content.Span, signature.Value.ToByteArray())));
        if (!holds) Observer.Fault("ENV-02", "signatures over the signed bytes by keys of the sender", $"{content.BodyCase} of {content.Header.Sender} whose signatures do not hold");
        return holds;
    }
}
