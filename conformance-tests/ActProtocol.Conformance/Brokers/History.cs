using ActProtocol.Conformance.Signing;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Brokers;

/// <summary>An envelope of the scenario's that was accepted, and where it stands.</summary>
sealed record Event(Envelope Envelope, Content Content, byte[] Digest, Decision Decision)
{
    public byte[] SigningKey => Envelope.Signatures.Count > 0 ? Envelope.Signatures[0].Key.ToByteArray() : [];
}

/// <summary>What the broker accepted in a scenario, each envelope once however often it was sent; and what got no answer.</summary>
sealed class History
{
    readonly Dictionary<string, Event> _taken = [];
    readonly Dictionary<string, Envelope> _unanswered = [];
    readonly List<(string Account, Google.Type.Money Amount)> _fromOutside = [];
    readonly System.Threading.Lock _lock = new();

    public IReadOnlyList<Event> Events
    {
        get
        {
            lock (_lock) return [.. _taken.Values];
        }
    }

    public IReadOnlyList<Envelope> Unanswered
    {
        get
        {
            lock (_lock) return [.. _unanswered.Values];
        }
    }

    /// <summary>Money that a hook put into accounts, of which there is no envelope of the scenario's.</summary>
    public IReadOnlyList<(string Account, Google.Type.Money Amount)> FromOutside
    {
        get
        {
            lock (_lock) return [.. _fromOutside];
        }
    }

    public void Provided(Party principal, Google.Type.Money amount)
    {
        lock (_lock) _fromOutside.Add((principal.Id, amount));
    }

    /// <summary>False when it was known already.</summary>
    public bool Note(Envelope envelope, Outcome outcome)
    {
        var digest = Tags.Digest(envelope.Content.Span);
        var name = Convert.ToHexStringLower(digest);
        lock (_lock)
        {
            if (outcome is Outcome.Broken)
            {
                if (!_taken.ContainsKey(name)) _unanswered[name] = envelope;
                return false;
            }
            _unanswered.Remove(name);
            return outcome is Outcome.Taken taken && _taken.TryAdd(name, new Event(envelope, Content.Parser.ParseFrom(envelope.Content), digest, taken.Decision));
        }
    }
}
