using ActProtocol.Envelopes;
using FsCheck.Xunit;

namespace ActProtocol.Journal;

/// <summary>Trees by levels against the definitions of RFC 9162, section 2.1, which go by recursion.</summary>
public class MerklePropertyTests
{
    [Property(MaxTest = 60)]
    public void Roots_and_paths_are_those_of_the_definition(byte count, int seed)
    {
        var leaves = Enumerable.Range(0, 1 + (count % 140)).Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(unchecked(seed + i)))).ToArray();
        var levels = MerkleTree.Levels(leaves);
        var root = RootOf(leaves);

        Assert.Equal(root, levels[^1][0]);
        for (var i = 0; i < leaves.Length; i++)
        {
            var path = MerkleTree.Path(levels, i).ToList();
            Assert.Equal(PathOf(i, leaves), path);
            Assert.True(MerkleTree.Leads(leaves[i], (ulong)i, (ulong)leaves.Length, path, root));
        }
    }

    [Property(MaxTest = 500)]
    public void Nothing_else_leads_to_the_root(byte count, byte which, byte fault, byte where)
    {
        var leaves = Enumerable.Range(0, 2 + (count % 60)).Select(i => MerkleTree.LeafHash([(byte)i])).ToArray();
        var index = which % leaves.Length;
        var path = PathOf(index, leaves);
        var (leaf, at, root) = (leaves[index], (ulong)index, RootOf(leaves));
        switch (fault % 6)
        {
            case 0:
                path[where % path.Count] = leaves[index];
                break;
            case 1:
                path.RemoveAt(where % path.Count);
                break;
            case 2:
                path.Insert(where % (path.Count + 1), leaf);
                break;
            case 3:
                at = (at + 1 + (where % ((ulong)leaves.Length - 1))) % (ulong)leaves.Length;
                break;
            case 4:
                leaf = MerkleTree.LeafHash([(byte)index, where]);
                break;
            default:
                root = MerkleTree.NodeHash(root, leaf);
                break;
        }
        Assert.False(MerkleTree.Leads(leaf, at, (ulong)leaves.Length, path, root));
    }

    [Property]
    public void Any_path_is_judged_without_a_fault(ulong index, ulong size, byte length) =>
        Assert.False(MerkleTree.Leads(default, index, size, [.. Enumerable.Repeat(MerkleTree.LeafHash([]), 1 + (length % 70))], default));

    static Digest RootOf(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        var split = SplitOf(leaves.Length);
        return MerkleTree.NodeHash(RootOf(leaves[..split]), RootOf(leaves[split..]));
    }

    static List<Digest> PathOf(int index, ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return [];
        var split = SplitOf(leaves.Length);
        return index < split ? [.. PathOf(index, leaves[..split]), RootOf(leaves[split..])] : [.. PathOf(index - split, leaves[split..]), RootOf(leaves[..split])];
    }

    // The largest power of two below n.
    static int SplitOf(int n)
    {
        var split = 1;
        while (split * 2 < n) split *= 2;
        return split;
    }
}
