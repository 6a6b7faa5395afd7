using System.Buffers.Binary;
using System.Text;

namespace ActProtocol.Envelopes;

/// <summary>Texts that come again and again, such as ids: whoever comes again is the string that is there already.</summary>
/// <remarks>A place for each hash and no more: what falls on a taken place takes it, so the pool never grows, and a miss only costs the
/// string that there would have been anyway. For one thread.</remarks>
public sealed class TextPool
{
    const int Bits = 12;

    readonly string?[] _texts = new string?[1 << Bits];

    /// <summary>The text that these bytes are in UTF-8.</summary>
    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";

        ref var kept = ref _texts[PlaceOf(utf8)];
        // Of ids and codes, which are ASCII. Other texts are right as well, and not kept for long.
        if (kept is null || !Ascii.Equals(utf8, kept)) kept = Encoding.UTF8.GetString(utf8);
        return kept;
    }

    // Ids of one authority begin alike.
    static int PlaceOf(ReadOnlySpan<byte> utf8) => unchecked((int)(((Last(utf8) * 0x9E3779B97F4A7C15UL) + (ulong)utf8.Length) * 0xC2B2AE3D27D4EB4FUL >> (64 - Bits)));

    static ulong Last(ReadOnlySpan<byte> utf8)
    {
        const int Half = sizeof(ulong);
        if (utf8.Length >= 2 * Half) return BinaryPrimitives.ReadUInt64LittleEndian(utf8[^Half..]) ^ ulong.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(utf8[^(2 * Half)..]), 29);

        var last = 0UL;
        foreach (var one in utf8) last = (last << 5) ^ (last >> 59) ^ one;
        return last;
    }
}
