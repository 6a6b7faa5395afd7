using ActProtocol.Conformance.Checks;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace ActProtocol.Conformance.Agents;

/// <summary>Refusals in the form of ERR-04.</summary>
static class StageRefusals
{
    public static Status Of(string code, string? detail = null, TimeSpan? retry = null, bool decided = false)
    {
        var row = ErrorRow.Of(code);
        var info = new ErrorInfo { Domain = "act.v1", Reason = row.Name, Metadata = { ["mender"] = row.Mender, ["retry"] = row.Retry, ["decided"] = decided ? "true" : "false" } };
        if (detail is not null) info.Metadata["detail"] = detail;
        var status = new Status { Code = (int)row.GrpcStatus, Message = row.Meaning, Details = { Any.Pack(info) } };
        if (retry is { } wait) status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));
        return status;
    }
}
