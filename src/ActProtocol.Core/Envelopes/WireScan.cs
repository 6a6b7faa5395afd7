using System.Text.Unicode;
using Google.Protobuf.Reflection;

namespace ActProtocol.Envelopes;

/// <summary>One look over serialised bytes before they are parsed.</summary>
/// <remarks>
/// Protobuf parsers merge a singular field that stands twice, and let the last member of a oneof win, silently and each in
/// its own way. Signed bytes must mean one thing, so both are malformed, at any depth (ENV-03). So are broken wire format, wrong
/// wire types of known fields, text that is not UTF-8, groups, and nesting beyond <see cref="DepthMax"/>. Fields in any order,
/// over-long varints and unknown fields are fine. Never throws; touches each byte at most once a level.
/// </remarks>
public static class WireScan
{
    public const int DepthMax = 40;

    internal const uint Varint = 0;
    internal const uint Fixed64 = 1;
    internal const uint Delimited = 2;
    internal const uint Fixed32 = 5;

    public static bool IsWellFormed(ReadOnlySpan<byte> bytes, MessageDescriptor type) => Scan(bytes, WirePlan.Of(type), DepthMax);

    static bool Scan(ReadOnlySpan<byte> bytes, WirePlan plan, int depthLeft)
    {
        if (depthLeft == 0) return false;

        var seen = 0UL;
        while (!bytes.IsEmpty)
        {
            if (!TryReadVarint(ref bytes, out var tag) || tag > uint.MaxValue) return false;
            var (number, wireType) = ((uint)tag >> 3, (uint)tag & 7);
            if (number is 0 or > (1 << 29) - 1 || !TrySkip(ref bytes, wireType, out var payload)) return false;
            if (plan.Find(number) is not { } field) continue;

            if (field.WireType != wireType) return false;
            if (!field.Repeated)
            {
                if ((seen & field.Mask) != 0) return false;
                seen |= field.Mask;
            }
            if (field.Text && !Utf8.IsValid(payload)) return false;
            if (field.Message is { } inner && !Scan(payload, inner, depthLeft - 1)) return false;
        }
        return true;
    }

    /// <summary>Takes the next field off bytes that are known to be well-formed, without copying; false at their end.</summary>
    /// <param name="value">Of a varint.</param>
    /// <param name="payload">Of text, bytes or a message.</param>
    public static bool TryTakeField(scoped ref ReadOnlySpan<byte> bytes, out uint number, out ulong value, out ReadOnlySpan<byte> payload)
    {
        (number, value) = (0, 0);
        payload = default;
        if (!TryReadVarint(ref bytes, out var tag)) return false;
        number = (uint)tag >> 3;
        return ((uint)tag & 7) is Varint ? TryReadVarint(ref bytes, out value) : TrySkip(ref bytes, (uint)tag & 7, out payload);
    }

    static bool TrySkip(scoped ref ReadOnlySpan<byte> bytes, uint wireType, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        switch (wireType)
        {
            case Varint:
                return TryReadVarint(ref bytes, out _);
            case Fixed64:
                return TryTake(ref bytes, sizeof(ulong), out payload);
            case Fixed32:
                return TryTake(ref bytes, sizeof(uint), out payload);
            case Delimited:
                return TryReadVarint(ref bytes, out var length) && length <= int.MaxValue && TryTake(ref bytes, (int)length, out payload);
            default:
                return false;
        }
    }

    static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, int count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (count > bytes.Length) return false;
        taken = bytes[..count];
        bytes = bytes[count..];
        return true;
    }

    static bool TryReadVarint(scoped ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (i == 9 && b > 1) return false;
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
