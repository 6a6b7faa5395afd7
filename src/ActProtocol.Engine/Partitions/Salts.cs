using System.Security.Cryptography;

namespace ActProtocol.Engine.Partitions;

/// <summary>Salts of records' private parts: random, and recorded. Random bytes are had cheaper by the page than by the handful.</summary>
static class Salts
{
    const int Page = 256 * Machine.SaltLength;

    [ThreadStatic]
    static byte[]? _page;

    [ThreadStatic]
    static int _left;

    public static ReadOnlyMemory<byte> Next()
    {
        if (_left == 0) (_page, _left) = (RandomNumberGenerator.GetBytes(Page), Page);
        _left -= Machine.SaltLength;
        return _page.AsMemory(_left, Machine.SaltLength);
    }
}
