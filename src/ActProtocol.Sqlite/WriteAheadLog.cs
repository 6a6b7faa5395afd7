using System.Buffers.Binary;

namespace ActProtocol.Sqlite;

/// <summary>Looks for damage in a write-ahead log before SQLite does, which would drop all behind a wrong checksum without a word.</summary>
/// <remarks>
/// A power cut may tear the last transaction, which nobody has synced: that is no damage, and SQLite is right to drop it. Each transaction is
/// synced before the next is written. So a frame that does not verify is damage exactly if a transaction ended at or behind it and
/// another one follows. The format: https://www.sqlite.org/fileformat2.html#walformat.
/// </remarks>
static class WriteAheadLog
{
    const int HeaderLength = 32;
    const int FrameHeaderLength = 24;
    const uint Magic = 0x377f0682;

    /// <exception cref="StoreDamagedException">Something that was synced is not there any more.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path)) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        // The header is synced before the first frame is written.
        if (file.Length < HeaderLength + FrameHeaderLength) return;

        Span<byte> header = stackalloc byte[HeaderLength];
        file.ReadExactly(header);
        var bigEndian = Word(header, 0) == Magic + 1;
        var sum = Sum(default, header[..24], bigEndian);
        var pageSize = Word(header, 2);
        if ((!bigEndian && Word(header, 0) != Magic) || sum != (Word(header, 6), Word(header, 7)) || pageSize is < 512 or > 65536)
        {
            throw Damaged(path, "its header does not verify");
        }

        var frame = new byte[FrameHeaderLength + pageSize];
        long? firstBad = null;
        var endedBehind = false;
        for (var number = 1L; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            var stored = (Word(frame, 4), Word(frame, 5));
            var ours = frame.AsSpan(8, 8).SequenceEqual(header[16..24]);
            var verifies = ours && Sum(Sum(sum, frame.AsSpan(0, 8), bigEndian), frame.AsSpan(FrameHeaderLength), bigEndian) == stored;
            if (endedBehind && verifies) throw Damaged(path, $"frame {firstBad} does not verify, and synced transactions follow it");
            if (!verifies) firstBad ??= number;
            endedBehind = firstBad is not null && ours && Word(frame, 1) != 0;
            // What comes behind is judged by what this frame says of itself, right or wrong.
            sum = stored;
        }
    }

    static StoreDamagedException Damaged(string path, string what) => new($"{path} is damaged: {what}. Acknowledged records are in it. "
        + $"Restore a complete copy of the folder, or accept the loss with 'act audit {Path.GetDirectoryName(path)} --accept-loss'.");

    static uint Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * index)..]);

    // Words in the byte order that the magic number names; sums modulo 2^32.
    static (uint, uint) Sum((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (first, second) = sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var (a, b) = bigEndian
                ? (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]))
                : (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            first = unchecked(first + a + second);
            second = unchecked(second + b + first);
        }

        return (first, second);
    }
}
