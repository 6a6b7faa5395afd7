using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>All that one run came to: what every report is made of, and, as JSON, what machines read. Its schema is published as <c>report.schema.json</c>.</summary>
sealed record RunReport
{
    public const string FormOf = "act-conformance report 1";

    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        NewLine = "\n",
        // Nothing that a terminal or a page would obey stands unescaped in the file.
        Encoder = JavaScriptEncoder.Default,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>The form of this file.</summary>
    public required string Form { get; init; }

    public required ReportedSuite Suite { get; init; }

    public required ReportedSubject Subject { get; init; }

    /// <summary>The version whose requirements counted.</summary>
    public required string Requirements { get; init; }

    /// <summary>Those that are claimed.</summary>
    public required IReadOnlyList<string> Profiles { get; init; }

    /// <summary>Gives all draws of the run again.</summary>
    public required long Seed { get; init; }

    /// <summary>0 to 3.</summary>
    public required int Unkind { get; init; }

    /// <summary>SHA-256 in hexadecimal of all that the config said.</summary>
    public required string Config { get; init; }

    /// <summary>The patterns of <c>--run</c>; empty: all was run.</summary>
    public required IReadOnlyList<string> Filter { get; init; }

    /// <summary>n/m; absent: all of it.</summary>
    public string? Shard { get; init; }

    /// <summary>RFC 3339, in UTC.</summary>
    public required string Started { get; init; }

    public required long TookMs { get; init; }

    /// <summary>Why it ended before its end; absent: it did not.</summary>
    public string? Partial { get; init; }

    /// <summary>Why the subject was given up; absent: it was there to the end.</summary>
    public string? SubjectGone { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>How many results the whole run owes, all shards together, and the SHA-256 of their ids in order.</summary>
    public required ReportedPlan Plan { get; init; }

    /// <summary>The ids that this run, or this shard of it, owed a result.</summary>
    public required IReadOnlyList<string> Expected { get; init; }

    /// <summary>The ids that have one.</summary>
    public required IReadOnlyList<string> Emitted { get; init; }

    /// <summary>Results by verdict.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Entries of the list of known failures that are not true any more.</summary>
    public required IReadOnlyList<StaleEntry> Stale { get; init; }

    public required IReadOnlyList<ReportedCheck> Results { get; init; }

    /// <summary>Neither filtered, nor a part, nor ended early: what a badge may be made of.</summary>
    [JsonIgnore]
    public bool IsComplete => Filter.Count == 0 && Shard is null && Partial is null && SubjectGone is null && Expected.Count == Plan.Results;
}

sealed record ReportedSuite(string Version, string Protocol, string Digest);

/// <param name="Kind">broker, codec, verifier, seller or buyer.</param>
/// <param name="Reached">The address, or the command.</param>
sealed record ReportedSubject(string Kind, string? Name, string? Version, string? Vendor, string Reached);

sealed record ReportedPlan(int Results, string Digest);

/// <summary>A failure that the list has.</summary>
sealed record ReportedKnown(string Because, string Issue, string Until);

/// <summary>One result.</summary>
sealed record ReportedCheck
{
    public required string Id { get; init; }

    /// <summary>The check's id: the result's without its value.</summary>
    public required string Check { get; init; }

    public required string Area { get; init; }

    public required string Profile { get; init; }

    /// <summary>What must come of what, in one sentence.</summary>
    public required string Says { get; init; }

    public required string Requirement { get; init; }

    /// <summary>MUST or SHOULD.</summary>
    public required string Level { get; init; }

    /// <summary>The page of the specification and its heading.</summary>
    public required string Section { get; init; }

    /// <summary>The words of the requirement.</summary>
    public required string Text { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Whether it weighs on the exit code.</summary>
    public required bool Scored { get; init; }

    public ReportedFinding? Finding { get; init; }

    public string? Reason { get; init; }

    /// <summary>k/n: it was run n times and broke the requirement k times.</summary>
    public string? Confirmed { get; init; }

    public ReportedKnown? Known { get; init; }

    public required long TookMs { get; init; }

    /// <summary>Runs exactly this again.</summary>
    public string? Replay { get; init; }

    /// <summary>The unkind acts.</summary>
    public required IReadOnlyList<string> Script { get; init; }

    public required IReadOnlyList<ReportedMessage> Transcript { get; init; }

    /// <summary>Messages that are not in the transcript, since it was full.</summary>
    public int LeftOut { get; init; }

    /// <summary>What came of running it again.</summary>
    public required IReadOnlyList<ReportedRepeat> Repeats { get; init; }

    /// <summary>Failures that nobody expected, which weigh.</summary>
    [JsonIgnore]
    public bool IsFailure => Scored && Verdict is Verdict.Fail && Known is null;
}

sealed record ReportedFinding(string Where, string Expected, string Got);

sealed record ReportedRepeat(Verdict Verdict, ReportedFinding? Finding, IReadOnlyList<ReportedMessage> Transcript);

/// <summary>One message as it went over the wire.</summary>
/// <param name="AtMs">Since the scenario began.</param>
/// <param name="By">suite or subject.</param>
/// <param name="Type">Full name of a protobuf message, or a media type.</param>
/// <param name="Bytes">In base64.</param>
/// <param name="Sha256">Of the bytes, in hexadecimal.</param>
/// <param name="Stamp">The broker's, where the message has one: Unix milliseconds.</param>
/// <param name="Digest">Of the envelope (ENV-02), where it is one, in hexadecimal.</param>
sealed record ReportedMessage(double AtMs, string By, string What, string Type, byte[] Bytes, string Sha256, long? Stamp, string? Digest);
