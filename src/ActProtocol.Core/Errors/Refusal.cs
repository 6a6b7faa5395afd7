using ActProtocol.V1;
using Google.Rpc;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using PackedAny = Google.Protobuf.WellKnownTypes.Any;

namespace ActProtocol.Errors;

/// <summary>A no: its code, and what about it helps whoever can mend it.</summary>
/// <param name="Detail">For people and logs: the constraint that failed, the field that is wrong. Never another party's limits.</param>
/// <param name="RetryAfter">When waiting helps: how long.</param>
public sealed record Refusal(ErrorCode Code, string? Detail = null, TimeSpan? RetryAfter = null)
{
    public const string Domain = "act.v1";

    /// <summary>The refusal as <c>google.rpc.Status</c> with <c>ErrorInfo</c>, and <c>RetryInfo</c> where time helps (ERR-04).</summary>
    /// <param name="decided">It is in a record, which sticks; otherwise the same bytes may be sent again.</param>
    public Status ToWire(bool decided = false)
    {
        var entry = Code.Entry;
        var info = new ErrorInfo { Domain = Domain, Reason = entry.Name };
        info.Metadata.Add("mender", JsonName(entry.Mender));
        info.Metadata.Add("retry", JsonName(entry.Retry));
        info.Metadata.Add("decided", decided ? "true" : "false");
        if (Detail is not null) info.Metadata.Add("detail", Detail);

        var status = new Status { Code = (int)entry.Status, Message = entry.Meaning, Details = { PackedAny.Pack(info) } };
        if (RetryAfter is { } wait) status.Details.Add(PackedAny.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));
        return status;
    }

    /// <summary>Reads a refusal back. A name of a later minor version gives <see cref="ErrorCode.Unspecified"/>.</summary>
    public static Refusal? FromWire(Status? status)
    {
        if (status?.GetDetail<ErrorInfo>() is not { Domain: Domain } info) return null;

        var wait = status.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
        return new Refusal(ErrorRegistry.Find(info.Reason) ?? ErrorCode.Unspecified, info.Metadata.GetValueOrDefault("detail"), wait);
    }

    static string JsonName<T>(T value) where T : struct, System.Enum =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
