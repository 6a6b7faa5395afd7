using System.Text;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Which transaction holds an item of what there is: a line each, on the disk before the seller confirms.</summary>
/// <remarks>So the last seat is confirmed to one buyer only, whatever happens to the process in between. One process at a time.</remarks>
public sealed class Stock : IDisposable
{
    readonly Lock _lock = new();
    readonly HashSet<string> _held = [];
    readonly FileStream _file;
    readonly int _count;

    Stock(FileStream file, int count) => (_file, _count) = (file, count);

    /// <summary>Opens a stock; makes it when there is none.</summary>
    /// <param name="count">Items in all, those that are held or sold included.</param>
    /// <exception cref="IOException">Another process has it.</exception>
    public static Stock Open(string path, int count)
    {
        var stock = new Stock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), count);
        using (var reader = new StreamReader(stock._file, Encoding.ASCII, leaveOpen: true))
        {
            var text = reader.ReadToEnd();
            // A line that was cut short was not confirmed to anybody.
            var whole = text.LastIndexOf('\n') + 1;
            foreach (var line in text[..whole].Split('\n'))
            {
                if (line.StartsWith('+')) stock._held.Add(line[1..]);
                if (line.StartsWith('-')) stock._held.Remove(line[1..]);
            }
            stock._file.SetLength(whole);
            stock._file.Seek(0, SeekOrigin.End);
        }
        Durable.FlushFolderOf(path);
        return stock;
    }

    /// <summary>True when the transaction holds an item now, or did already.</summary>
    public bool TryHold(Id16 transaction)
    {
        lock (_lock)
        {
            if (_held.Contains(transaction.ToString())) return true;
            if (_held.Count >= _count) return false;
            Write('+', transaction);
            return _held.Add(transaction.ToString());
        }
    }

    /// <summary>The transaction ended without a sale.</summary>
    public void Free(Id16 transaction)
    {
        lock (_lock)
        {
            if (_held.Remove(transaction.ToString())) Write('-', transaction);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    void Write(char what, Id16 transaction)
    {
        _file.Write(Encoding.ASCII.GetBytes($"{what}{transaction}\n"));
        _file.Flush(flushToDisk: true);
    }
}
