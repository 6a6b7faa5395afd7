using System.Text;
using ActProtocol.Envelopes;

namespace ActProtocol.Tools;

/// <summary>Which transaction holds an item of the stock: a line each, on the disk before the seller confirms.</summary>
/// <remarks>So the last seat is confirmed to one buyer only, whatever happens to the process in between.</remarks>
sealed class StockFile : IDisposable
{
    readonly FileStream _file;
    readonly HashSet<string> _held = [];
    readonly int _stock;

    StockFile(FileStream file, int stock) => (_file, _stock) = (file, stock);

    public static StockFile Open(string path, int stock)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        var opened = new StockFile(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read), stock);
        foreach (var line in lines)
        {
            if (line.StartsWith('+')) opened._held.Add(line[1..]);
            if (line.StartsWith('-')) opened._held.Remove(line[1..]);
        }
        return opened;
    }

    /// <summary>True when the transaction holds an item now, or did already.</summary>
    public bool TryHold(Id16 transaction)
    {
        if (_held.Contains(transaction.ToString())) return true;
        if (_held.Count >= _stock) return false;
        Write('+', transaction);
        return _held.Add(transaction.ToString());
    }

    public void Free(Id16 transaction)
    {
        if (_held.Remove(transaction.ToString())) Write('-', transaction);
    }

    public void Dispose() => _file.Dispose();

    void Write(char what, Id16 transaction)
    {
        _file.Write(Encoding.ASCII.GetBytes($"{what}{transaction}\n"));
        _file.Flush(flushToDisk: true);
    }
}
