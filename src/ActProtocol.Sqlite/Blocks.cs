namespace ActProtocol.Sqlite;

/// <summary>Copies of many small blobs, side by side in few arrays: a replay reads millions, and each array of its own costs more than its bytes.</summary>
/// <param name="blockBytes">Below the size from which arrays are collected late and dearly; 0: an array for each.</param>
sealed class Blocks(int blockBytes)
{
    public const int Usual = 64 * 1024;

    private byte[] _block = [];
    private int _used;

    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty)
            return default;

        if (blob.Length > _block.Length - _used)
            (_block, _used) = (GC.AllocateUninitializedArray<byte>(Math.Max(blob.Length, blockBytes)), 0);
        blob.CopyTo(_block.AsSpan(_used));
        _used += blob.Length;
        return _block.AsMemory(_used - blob.Length, blob.Length);
    }
}
