using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActProtocol.Conformance.Signing;

/// <summary>Randomness that a printed seed gives again: the n-th block is <c>SHA-256(seed || 0 || name || 0 || n)</c>, so that no draw depends on a clock or on another scenario.</summary>
sealed class Seeded(long seed, string name)
{
    readonly byte[] _prefix = [.. Encoding.UTF8.GetBytes($"{seed}\0{name}\0")];
    readonly Lock _lock = new();
    long _next;

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count; at += 32) Block().AsSpan(0, Math.Min(32, count - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>0 up to below <paramref name="below"/>.</summary>
    public int Number(int below) => (int)(BinaryPrimitives.ReadUInt64BigEndian(Block()) % (ulong)below);

    public T Pick<T>(IReadOnlyList<T> of) => of[Number(of.Count)];

    public Seeded Of(string inner) => new(seed, $"{name}/{inner}");

    byte[] Block()
    {
        Span<byte> number = stackalloc byte[8];
        lock (_lock) BinaryPrimitives.WriteInt64BigEndian(number, _next++);
        return SHA256.HashData([.. _prefix, .. number]);
    }
}
