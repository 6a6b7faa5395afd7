using System.Text.Json.Serialization;

namespace ActProtocol.Bench;

/// <summary>What one run measured. Ratios compare two things of the same run, since machines and hours differ.</summary>
sealed record Figures
{
    /// <summary>One bare Ed25519 check by libsodium, one thread, of the bytes that the load sent; microseconds.</summary>
    [JsonPropertyName("verify_us")]
    public double VerifyUs { get; set; }

    /// <summary>Median of one small write and its fsync beside the journal; milliseconds.</summary>
    [JsonPropertyName("fsync_ms")]
    public double FsyncMs { get; set; }

    /// <summary>The broker process's CPU time for one envelope that was verified, decided, journaled and delivered, over <see cref="VerifyUs"/>.</summary>
    [JsonPropertyName("envelope_cpu_over_verify")]
    public double EnvelopeCpuOverVerify { get; set; }

    [JsonPropertyName("envelopes_per_s")]
    public double EnvelopesPerSecond { get; set; }

    [JsonPropertyName("purchases_per_s")]
    public double PurchasesPerSecond { get; set; }

    /// <summary>From the intended start of an envelope to its durable answer, purchases arriving at half of <see cref="PurchasesPerSecond"/> whether earlier ones are done or not.</summary>
    [JsonPropertyName("p50_ms")]
    public double P50Ms { get; set; }

    [JsonPropertyName("p99_ms")]
    public double P99Ms { get; set; }

    /// <summary>p50 over three fsyncs and a millisecond.</summary>
    [JsonPropertyName("p50_over_budget")]
    public double P50OverBudget { get; set; }

    [JsonPropertyName("p99_over_p50")]
    public double P99OverP50 { get; set; }

    /// <summary>CPU time of the broker for a record when it was new, over CPU time for the same record replayed from the journal without a snapshot.</summary>
    [JsonPropertyName("replay_over_live")]
    public double ReplayOverLive { get; set; }

    /// <summary>CPU time of the last thousand transactions of a grown broker over that of the first thousand of a new one after its warm-up, in turns.</summary>
    [JsonPropertyName("million_over_thousand")]
    public double MillionOverThousand { get; set; }

    /// <summary>Records in the journal of the grown broker.</summary>
    [JsonPropertyName("growth_records")]
    public long GrowthRecords { get; set; }

    /// <summary>Managed heap after a full collection with idle agents registered, less the same with none, for each.</summary>
    [JsonPropertyName("idle_agent_bytes")]
    public double IdleAgentBytes { get; set; }

    /// <summary>Idle agents registered for <see cref="IdleAgentBytes"/>.</summary>
    [JsonPropertyName("idle_agents")]
    public int IdleAgents { get; set; }

    /// <summary>What this run left out.</summary>
    [JsonPropertyName("not_run")]
    public List<string> NotRun { get; } = [];
}
