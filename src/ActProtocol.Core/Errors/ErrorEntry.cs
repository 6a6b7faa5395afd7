using System.Text.Json;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Errors;

/// <summary>One row of the registry of errors.</summary>
public sealed record ErrorEntry(ErrorCode Code, StatusCode Status, Mender Mender, Retry Retry, Decided Decided, string Meaning)
{
    /// <summary>The name on the wire and in the specification: <c>mailbox_full</c>.</summary>
    public string Name { get; } = JsonNamingPolicy.SnakeCaseLower.ConvertName(Code.ToString());
}

/// <summary>Who can mend it.</summary>
public enum Mender
{
    Agent,
    Principal,
    Counterparty,
    Operator,
    Developer,
}

/// <summary>When there is hope of another answer.</summary>
public enum Retry
{
    /// <summary>Never with these bytes or others like them.</summary>
    Never,

    /// <summary>The same bytes, later.</summary>
    SameBytes,

    /// <summary>A new envelope, once what it names has changed.</summary>
    NewEnvelope,
}

/// <summary>Whether a partition decides it. Then it is a record, sticks, and is as provable as an acceptance, where the sender is a party
/// of the transaction or has authority over the account; anybody else hears it, and nothing is recorded.</summary>
public enum Decided
{
    No,
    Yes,
}
