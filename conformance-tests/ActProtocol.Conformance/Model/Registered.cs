using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Model;

/// <summary>Who is who, and which keys descend from which, from what the scenario had registered.</summary>
sealed class Registered
{
    readonly Dictionary<string, string> _principals = [];
    // Of each key: the one that it succeeds, and whether the owner said so (DIR-07, DIR-08).
    readonly Dictionary<string, (string Key, bool ByOwner)> _succeeds = [];
    readonly Dictionary<string, string> _lastOfOwner = [];

    public Registered(IEnumerable<Event> events)
    {
        foreach (var entered in events.OrderBy(each => (each.Decision.Partition, each.Decision.Position)))
        {
            var sender = entered.Content.Header.Sender;
            if (entered.Content.Register is { } register)
            {
                _principals[sender] = register.Kind is EntryKind.Agent ? register.Principal : sender;
                _lastOfOwner[sender] = NameOf(register.SigningKey.Span);
            }
            else if (entered.Content.RotateKey is { } rotate)
            {
                var byOwner = _principals.GetValueOrDefault(rotate.Id) == sender;
                var (key, signed) = (NameOf(rotate.SigningKey.Span), Convert.ToHexStringLower(entered.SigningKey));
                if (byOwner && _lastOfOwner.TryGetValue(rotate.Id, out var last)) _succeeds[key] = (last, true);
                else if (!byOwner) _succeeds[key] = (signed, false);
                if (byOwner) _lastOfOwner[rotate.Id] = key;
            }
        }
    }

    /// <summary>For whom it acts; null: the scenario did not register it.</summary>
    public string? PrincipalOf(string id) => _principals.GetValueOrDefault(id);

    /// <summary>MAN-04</summary>
    public bool Holds(Mandate terms, string sender, byte[] signingKey)
    {
        if (terms.Agent != sender) return false;
        var wanted = Convert.ToHexStringLower(terms.AgentKey.Span);
        for (var key = Convert.ToHexStringLower(signingKey); ;)
        {
            if (key == wanted) return true;
            if (!_succeeds.TryGetValue(key, out var before) || (!before.ByOwner && !terms.FollowRotation)) return false;
            key = before.Key;
        }
    }

    static string NameOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(Tags.Thumbprint(publicKey));
}
