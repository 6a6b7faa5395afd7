namespace ActProtocol.Broker.Hosting;

/// <summary>How one broker process runs. Bound from the section <c>Act</c> of a configuration file, from the environment
/// (<c>Act__Port</c>), and from the command line, which wins.</summary>
public sealed record BrokerOptions
{
    public const string Section = "Act";

    /// <summary>The data folder; made at the first start.</summary>
    public required string Data { get; init; }

    /// <summary>The address to listen on, of IPv4 or IPv6. Anything but loopback takes a certificate, or <see cref="InsecurePlaintext"/>.</summary>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>Port of gRPC over HTTP/2; 0: any that is free.</summary>
    public int Port { get; init; } = 7400;

    /// <summary>Port of JSON over HTTP; 0: any that is free.</summary>
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

    /// <summary>TLS on both ports: a PEM file (with the chain, and the key unless <see cref="CertificateKey"/> names it) or a PFX file.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>The PEM file of the certificate's key.</summary>
    public string CertificateKey { get; init; } = "";

    /// <summary>Of the key or the PFX file. Not taken from the command line, where others could read it.</summary>
    public string CertificatePassword { get; init; } = "";

    /// <summary>The data folder may be on a network or user-space file system, whose syncs and locks are somebody else's promise.</summary>
    public bool AnyFileSystem { get; init; }

    /// <summary>Listens without TLS on an address that others can reach.</summary>
    public bool InsecurePlaintext { get; init; }

    /// <summary>Logs as JSON, one object a line.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>The least of the broker's own messages that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Serves <c>/metrics</c> although others can reach the address. On loopback it always is.</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>The longest that a stop takes; what is not answered by then is answered after the next start.</summary>
    public TimeSpan DrainWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest body of a JSON request.</summary>
    public int JsonBytesMax { get; init; } = 256 * 1024;

    /// <summary>Signature checks and look-ups a second, over all callers that have not proved who they are.</summary>
    public int UnprovenChecksPerSecond { get; init; } = 4_000;

    /// <summary>Checks a second on one connection whose last check held.</summary>
    public int ConnectionChecksPerSecond { get; init; } = 4_000;

    /// <summary>Checks of one connection that wait for their turn; beyond: quota_exceeded.</summary>
    public int ConnectionChecksWaitingMax { get; init; } = 16;

    /// <summary>Checks that wait for their turn, over all connections; beyond: quota_exceeded.</summary>
    public int ChecksWaitingMax { get; init; } = 4_096;

    /// <summary>Registrations, of principals and agents, over all callers: at once, and a second; beyond: quota_exceeded.</summary>
    public int RegistrationsMax { get; init; } = 4_096;

    public int RegistrationsPerSecond { get; init; } = 64;

    /// <summary>Registrations from one source address (of IPv6 a network of 64 bits): at once, and a second; beyond: quota_exceeded.</summary>
    public int AddressRegistrationsMax { get; init; } = 256;

    public int AddressRegistrationsPerSecond { get; init; } = 2;

    /// <summary>Connections at the same time; beyond, a newcomer takes the place of the oldest that has proved nothing.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Streams at the same time; beyond, a newcomer takes the place of the oldest that has proved nobody.</summary>
    public int StreamsMax { get; init; } = 20_000;

    /// <summary>Envelopes and acknowledgements of one stream that are refused at the gate, at once and a second; beyond, it is ended.</summary>
    public int StreamFaultsMax { get; init; } = 1_024;

    public int StreamFaultsPerSecond { get; init; } = 256;

    /// <summary>Bad signatures on one stream under agents it has proved, at once and a second; beyond, it is ended.</summary>
    public int StreamBadSignaturesMax { get; init; } = 32;

    public int StreamBadSignaturesPerSecond { get; init; } = 1;

    /// <summary>The longest that a stream, or an idle connection, may go on without proving anything.</summary>
    public TimeSpan ProveWithin { get; init; } = TimeSpan.FromSeconds(10);
}
