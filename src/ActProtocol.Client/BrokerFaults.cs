using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Client;

/// <summary>The broker did not answer: it is not there, or the connection broke. What was asked may be asked again.</summary>
/// <param name="error">What went wrong below gRPC; <see cref="HttpRequestError.ConnectionError"/> where there is nobody.</param>
public sealed class BrokerUnreachableException(string message, Exception? inner, HttpRequestError error = HttpRequestError.Unknown) : HttpRequestException(error, message, inner);

/// <summary>The broker at this address is another than the one that was meant, or cannot prove that it is the same.</summary>
public sealed class WrongBrokerException(string message) : InvalidOperationException(message);

/// <summary>The one place where a gRPC error becomes a refusal or a fault (ERR-04).</summary>
static class BrokerFaults
{
    /// <summary>The broker's refusal; null for a fault that is nobody's decision.</summary>
    public static Refusal? RefusalIn(RpcException fault)
    {
        try
        {
            return Refusal.FromWire(fault.GetRpcStatus());
        }
        catch (Exception broken) when (broken is InvalidProtocolBufferException or FormatException or ArgumentException)
        {
            return null; // Details that do not parse say nothing.
        }
    }

    /// <summary>For calls that change nothing: a refusal, or no answer.</summary>
    public static Exception ToException(RpcException fault) => RefusalIn(fault) is { } refusal
        ? new ActRefusedException(refusal)
        : new BrokerUnreachableException(
            $"{fault.StatusCode}: {fault.Status.Detail}", fault, (fault.Status.DebugException as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown);

    /// <summary>The row of the registry; null for a code of a later minor version.</summary>
    public static ErrorEntry? EntryOf(ErrorCode code) => code is ErrorCode.Unspecified ? null : code.Entry;

    /// <summary>Whether the same bytes may get another answer later.</summary>
    public static bool MayRepeat(Refusal refusal) => EntryOf(refusal.Code)?.Retry is Retry.SameBytes;

    /// <summary>Whether this no is also an answer for earlier attempts with the same bytes, of which nobody knows what became: it was said
    /// after the broker had looked for them.</summary>
    public static bool CoversEarlierAttempts(Refusal refusal, bool withinTransaction) =>
        EntryOf(refusal.Code)?.Decided is Decided.Yes
        || refusal.Code is ErrorCode.MessageIdReused or ErrorCode.TransactionUnknown
        || (refusal.Code is ErrorCode.EnvelopeExpired && withinTransaction);
}
