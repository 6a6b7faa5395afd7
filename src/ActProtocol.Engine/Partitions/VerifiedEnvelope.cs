using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Partitions;

/// <summary>An envelope whose signatures hold, with what its decision needs from outside, as it was looked up.</summary>
/// <param name="Context">Goes into the private part of the record.</param>
/// <param name="Salt">16 random bytes that hide the private part behind its digest.</param>
public sealed record VerifiedEnvelope(OpenedEnvelope Opened, Context Context, ReadOnlyMemory<byte> Salt);
