using System.Security.Cryptography;

namespace ActProtocol.Client;

/// <summary>How a client talks to its broker. The defaults suit a broker in the same region.</summary>
public sealed class ActClientOptions
{
    /// <summary>gRPC address, for example <c>http://127.0.0.1:7400</c>.</summary>
    public string Address { get; set; } = "http://127.0.0.1:7400";

    /// <summary>A saved <c>/.well-known/act.json</c> of the broker: whose word is taken. Used by <see cref="ActHosting.AddActClient"/>.</summary>
    public string BrokerKeys { get; set; } = "broker.json";

    /// <summary>Where to fetch that document when there is no such file yet, for example <c>http://127.0.0.1:7401</c>; it is kept then. Null: never.</summary>
    public string? WellKnown { get; set; }

    /// <summary>How long one attempt waits for its answer.</summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts with the same bytes before the outcome is said to be unknown.</summary>
    public int AttemptsMax { get; set; } = 6;

    /// <summary>How long an envelope may be under way: from its sent_at to its expires_at, at most 24 h.</summary>
    public TimeSpan EnvelopeLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Wait after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Draws from [0, 1): spreads the waits, so that many clients do not come back at the same instant.</summary>
    public Func<double> Jitter { get; set; } = () => RandomNumberGenerator.GetInt32(1 << 30) / (double)(1 << 30);

    internal BackOff BackOff => new(FirstWait, LongestWait, Jitter);

    /// <summary>Everything that is wrong, each with the field's name.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            yield return $"Address: '{Address}' is no address such as http://127.0.0.1:7400.";
        }
        if (WellKnown is not null && !Uri.TryCreate(WellKnown, UriKind.Absolute, out _)) yield return $"WellKnown: '{WellKnown}' is no address.";
        if (AnswerWithin <= TimeSpan.Zero || AnswerWithin > TimeSpan.FromMinutes(10)) yield return "AnswerWithin: more than zero and at most 10 minutes are expected.";
        if (AttemptsMax is < 1 or > 1_000) yield return "AttemptsMax: 1 to 1,000 are expected.";
        if (EnvelopeLifetime < TimeSpan.FromSeconds(1) || EnvelopeLifetime > TimeSpan.FromHours(24)) yield return "EnvelopeLifetime: 1 second to 24 hours are expected.";
        if (FirstWait <= TimeSpan.Zero || LongestWait < FirstWait) yield return "FirstWait, LongestWait: both above zero, the longest not below the first.";
    }
}
