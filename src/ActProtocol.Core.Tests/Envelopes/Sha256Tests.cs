using System.Security.Cryptography;
using FsCheck.Xunit;

namespace ActProtocol.Envelopes;

/// <summary>Against the framework's SHA-256, of the same bytes, whole and in two parts.</summary>
public class Sha256Tests
{
    [Property(MaxTest = 500)]
    public void Gives_the_digests_that_the_framework_gives(byte[] first, byte[] second)
    {
        byte[] whole = [.. first, .. second];
        var expected = SHA256.HashData(whole);

        Assert.Equal(expected, Hashed(whole, []));
        Assert.Equal(expected, Hashed(first, second));
        // Where there is no OpenSSL.
        var digest = new byte[Sha256.Length];
        Sha256.HashByFramework(first, second, digest);
        Assert.Equal(expected, digest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100_000)]
    public void Sizes_around_a_block_and_large_ones_hash_the_same(int size)
    {
        var bytes = Enumerable.Range(0, size).Select(i => (byte)(i % 251)).ToArray();

        Assert.Equal(SHA256.HashData(bytes), Hashed(bytes, []));
        Assert.Equal(SHA256.HashData(bytes), Hashed(bytes.AsSpan(0, size / 3), bytes.AsSpan(size / 3)));
    }

    [Fact]
    public void A_digest_may_be_written_over_what_is_hashed()
    {
        var bytes = new byte[64];
        var expected = SHA256.HashData(bytes);

        Sha256.Hash(bytes, bytes);

        Assert.Equal(expected, bytes[..Sha256.Length]);
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => Sha256.Hash([1], [2], new byte[Sha256.Length - 1]));

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var digests = new byte[64][];
        Parallel.For(0, digests.Length, i =>
        {
            for (var round = 0; round < 200; round++) digests[i] = Hashed([(byte)i], [(byte)round]);
        });

        for (var i = 0; i < digests.Length; i++) Assert.Equal(SHA256.HashData([(byte)i, 199]), digests[i]);
    }

    static byte[] Hashed(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var digest = new byte[Sha256.Length];
        if (second.IsEmpty) Sha256.Hash(first, digest);
        else Sha256.Hash(first, second, digest);
        return digest;
    }
}
