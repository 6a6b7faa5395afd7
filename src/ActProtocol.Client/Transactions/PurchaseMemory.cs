using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What a purchase file says.</summary>
sealed class PurchaseMemory
{
    readonly List<SaidStep> _steps = [];

    /// <summary>Lines that were read: whoever appends must have known all of them.</summary>
    public int Lines { get; init; }

    /// <summary>The present intent; earlier ones were refused.</summary>
    public SaidStep? Intent { get; private set; }

    /// <summary>What the intent opened; null while that is not known.</summary>
    public Accepted? Opened { get; set; }

    public Receipt? Bought { get; set; }

    /// <summary>Locks and commits under the present intent, in the order in which they were said.</summary>
    public IReadOnlyList<SaidStep> Steps => _steps;

    public SaidStep? LastLock => _steps.LastOrDefault(step => step.Kind is StepKind.Lock);

    public void Add(Envelope envelope)
    {
        var step = new SaidStep(envelope, Content.Parser.ParseFrom(envelope.Content), SignedBytes.DigestOf(envelope.Content.Span));
        if (step.Kind is not StepKind.Intent)
        {
            _steps.Add(step);
            return;
        }
        _steps.Clear();
        (Intent, Opened) = (step, null);
    }
}

/// <summary>An envelope that was remembered before it was sent.</summary>
sealed record SaidStep(Envelope Envelope, Content Content, Digest Digest)
{
    public StepKind Kind => StepKinds.Of(Content.BodyCase);

    public Id16 Message => Id16.FromWire(Content.Header.MessageId);

    public Id16 Transaction => Id16.FromWire(Content.Header.TransactionId);

    /// <summary>The quote that a lock or commit names.</summary>
    public Digest Quote => Digest.FromWire(Content.Lock?.Quote ?? Content.Commit.Quote);
}
