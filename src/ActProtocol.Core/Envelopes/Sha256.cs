using System.Security.Cryptography;

namespace ActProtocol.Envelopes;

/// <summary>SHA-256 of many small things: what this protocol hashes has tens to hundreds of bytes, and a record is hashed several times.</summary>
/// <remarks>The framework's one-shot hash makes a context for each call, which costs four times as much as the 64 bytes of a node. Where
/// OpenSSL 3 is at hand, as it is on Linux, each thread keeps one context instead. The digests are the same.</remarks>
public static class Sha256
{
    public const int Length = SHA256.HashSizeInBytes;

    /// <param name="destination">32 bytes; may be where the bytes are.</param>
    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> destination) => Hash(bytes, default, destination);

    /// <summary>Of two parts, the one right after the other.</summary>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        if (destination.Length < Length) throw new ArgumentException($"A digest has {Length} bytes.", nameof(destination));
        if (OpenSslSha256.IsThere) OpenSslSha256.Hash(first, second, destination);
        else HashByFramework(first, second, destination);
    }

    internal static void HashByFramework(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        if (second.IsEmpty)
        {
            SHA256.HashData(first, destination);
            return;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.GetHashAndReset(destination);
    }
}
