using System.Text;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Which transaction holds an item of what there is: a line each, on the disk before the seller confirms.</summary>
/// <remarks>So the last seat is confirmed to one buyer only, whatever happens to the process in between. "+id" holds an item, "-id" frees it
/// again. One process at a time. Safe for use by several threads.</remarks>
public sealed class Stock : IDisposable
{
    const int LineLength = 1 + (2 * Id16.Length) + 1;
    const int LinesMax = 10_000_000;

    readonly Lock _lock = new();
    readonly HashSet<string> _held = [];
    readonly FileStream _file;
    readonly int _count;
    long _length;

    Stock(FileStream file, int count) => (_file, _count) = (file, count);

    /// <summary>What may still be promised: none, too, when the count was lowered below what is held.</summary>
    public int Left
    {
        get
        {
            lock (_lock) return Math.Max(0, _count - _held.Count);
        }
    }

    /// <summary>Opens a stock; makes it when there is none.</summary>
    /// <param name="count">Items in all, those that are held or sold included.</param>
    /// <exception cref="IOException">Another process has it.</exception>
    /// <exception cref="FormatException">It is no stock's file, or was damaged: what is held is not known. Names the line.</exception>
    public static Stock Open(string path, int count)
    {
        // Nobody else at the same time: two sellers of one stock would each promise the last item.
        var stock = new Stock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), count);
        try
        {
            stock.Load(path);
        }
        catch
        {
            stock.Dispose();
            throw;
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
            if (!_held.Contains(transaction.ToString())) return;
            Write('-', transaction);
            _held.Remove(transaction.ToString());
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    void Load(string path)
    {
        if (_file.Length > (long)LinesMax * LineLength) throw new FormatException($"'{path}' is too long for a stock file.");
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        // A line that was cut off was never acted upon: the process ended before it could confirm.
        _length = bytes.Length / LineLength * LineLength;
        for (var at = 0; at < _length; at += LineLength)
        {
            var line = Encoding.ASCII.GetString(bytes, at, LineLength);
            if (line[0] is not ('+' or '-') || line[^1] != '\n' || !line[1..^1].All(char.IsAsciiHexDigitLower))
            {
                throw new FormatException($"{path}:{(at / LineLength) + 1}: this is no line of a stock file, such as '+' or '-' and a transaction id. Restore the file, or move it away if nothing is promised.");
            }
            if (line[0] == '+') _held.Add(line[1..^1]);
            else _held.Remove(line[1..^1]);
        }
        _file.SetLength(_length);
    }

    // Where the last whole line ends: what a write left that failed half-way, on a full disk, is written over.
    void Write(char what, Id16 transaction)
    {
        _file.Position = _length;
        _file.Write(Encoding.ASCII.GetBytes($"{what}{transaction}\n"));
        _file.Flush(flushToDisk: true);
        _length += LineLength;
    }
}
