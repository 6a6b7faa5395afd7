using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>
/// A refusal shows something only beside a control: an envelope with the same kind of body, in the same scenario, that differs in the one fault and is accepted. A case
/// without one is the suite's fault.
/// </summary>
sealed class Controls
{
    readonly HashSet<string> _refused = [];
    readonly HashSet<string> _accepted = [];
    readonly System.Threading.Lock _lock = new();

    /// <summary>Kinds of bodies of which a refusal was expected and none was ever accepted.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            lock (_lock) return [.. _refused.Where(kind => kind == "bytes" ? _accepted.Count == 0 : !_accepted.Contains(kind))];
        }
    }

    public void Expect(Envelope refused)
    {
        lock (_lock) _refused.Add(Bodies.NameOf(refused.Content));
    }

    /// <summary>The same where what is refused is no envelope.</summary>
    public void Expect(string kind)
    {
        lock (_lock) _refused.Add(kind);
    }

    /// <summary>For cases whose control is no envelope (a challenge, a question): says that it succeeded.</summary>
    public void Held(string kind)
    {
        lock (_lock) _accepted.Add(kind);
    }

    public void Note(Envelope envelope, Outcome outcome)
    {
        if (outcome is not Outcome.Taken) return;
        lock (_lock) _accepted.Add(Bodies.NameOf(envelope.Content));
    }
}
