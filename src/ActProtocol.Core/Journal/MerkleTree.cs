using ActProtocol.Envelopes;

namespace ActProtocol.Journal;

/// <summary>Merkle trees as in RFC 9162, section 2.1.</summary>
public static class MerkleTree
{
    /// <summary>SHA-256(0x00 || leaf).</summary>
    public static Digest LeafHash(ReadOnlySpan<byte> leaf)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        LeafHash(leaf, hash);
        return new Digest(hash);
    }

    /// <summary>The same, into 32 bytes.</summary>
    public static void LeafHash(ReadOnlySpan<byte> leaf, Span<byte> destination) => Sha256.Hash([0], leaf, destination);

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Digest NodeHash(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Digest.Length)];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Digest.Length)..]);
        return SignedBytes.HashOf(bytes);
    }

    /// <summary>All levels of the tree over some leaves: the leaves first, the root alone last. A node without a sibling goes up as it is.</summary>
    public static Digest[][] Levels(Digest[] leaves)
    {
        List<Digest[]> levels = [leaves];
        while (levels[^1].Length > 1)
        {
            var below = levels[^1];
            var above = new Digest[(below.Length + 1) / 2];
            for (var i = 0; i < above.Length; i++)
            {
                above[i] = (2 * i) + 1 < below.Length ? NodeHash(below[2 * i], below[(2 * i) + 1]) : below[2 * i];
            }
            levels.Add(above);
        }
        return [.. levels];
    }

    /// <summary>The siblings from a leaf up to the root.</summary>
    public static IEnumerable<Digest> Path(Digest[][] levels, int index) => Siblings(levels, index).Select(at => levels[at.Level][at.Index]);

    /// <summary>Where they stand.</summary>
    public static IEnumerable<(int Level, int Index)> Siblings(Digest[][] levels, int index)
    {
        for (var level = 0; level < levels.Length - 1; level++, index /= 2)
        {
            var sibling = index ^ 1;
            if (sibling < levels[level].Length) yield return (level, sibling);
        }
    }

    /// <summary>Whether a path leads from a leaf to a root (RFC 9162, section 2.1.3.2).</summary>
    public static bool Leads(Digest leaf, ulong index, ulong size, IReadOnlyList<Digest> path, Digest root)
    {
        if (index >= size) return false;

        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash == root;
    }
}
