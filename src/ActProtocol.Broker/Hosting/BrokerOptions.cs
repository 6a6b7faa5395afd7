namespace ActProtocol.Broker.Hosting;

/// <summary>How one broker process runs.</summary>
public sealed record BrokerOptions
{
    /// <summary>The data folder; made at the first start.</summary>
    public required string Data { get; init; }

    /// <summary>Port of gRPC over HTTP/2 without TLS, on loopback; 0: any that is free.</summary>
    public int Port { get; init; } = 7400;

    /// <summary>Port of JSON over HTTP/1.1, on loopback; 0: any that is free.</summary>
    public int JsonPort { get; init; } = 7401;

    /// <summary>The authority it gives out names under.</summary>
    public string Authority { get; init; } = "local";

    /// <summary>At creation: nothing in this folder has a value.</summary>
    public bool Play { get; init; }

    /// <summary>At creation: the number of partitions.</summary>
    public int Partitions { get; init; } = 16;

    /// <summary>The clock is right although it is far from the last stamp.</summary>
    public bool AcceptClock { get; init; }

    /// <summary>The arbiter where an intent names none.</summary>
    public string Arbiter { get; init; } = "";

    /// <summary>Signature checks a second, over all callers that have not proved who they are.</summary>
    public int UnprovenChecksPerSecond { get; init; } = 4_000;

    /// <summary>Connections at the same time.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Streams at the same time; beyond, a newcomer takes the place of one that has proved nobody.</summary>
    public int StreamsMax { get; init; } = 20_000;

    /// <summary>Envelopes and acknowledgements of one stream that are refused at the gate, at once and a second; beyond, it is ended.</summary>
    public int StreamFaultsMax { get; init; } = 4_096;

    public int StreamFaultsPerSecond { get; init; } = 256;

    /// <summary>Bad signatures on one stream under agents it has proved, at once and a second; beyond, it is ended.</summary>
    public int StreamBadSignaturesMax { get; init; } = 32;

    public int StreamBadSignaturesPerSecond { get; init; } = 1;

    /// <summary>The longest that a stream may go on without proving an agent.</summary>
    public TimeSpan ProveWithin { get; init; } = TimeSpan.FromSeconds(10);
}
