using System.Text;
using ActProtocol.Envelopes;

namespace ActProtocol.Tools;

/// <summary>Which transaction holds an item of the stock: a line each, on the disk before the seller confirms.</summary>
/// <remarks>So the last seat is confirmed to one buyer only, whatever happens to the process in between: "+id" holds one, "-id" frees it
/// again. One process at a time. Safe for use by several threads.</remarks>
sealed class StockFile : IDisposable
{
    const int LineLength = 1 + (2 * Id16.Length) + 1;
    const int LinesMax = 10_000_000;

    readonly FileStream _file;
    readonly HashSet<string> _held = [];
    readonly int _stock;
    readonly Lock _lock = new();

    StockFile(FileStream file, int stock) => (_file, _stock) = (file, stock);

    /// <summary>What may still be promised. Fewer than none when the catalogue was lowered below what is held.</summary>
    public int Left
    {
        get
        {
            lock (_lock) return Math.Max(0, _stock - _held.Count);
        }
    }

    /// <exception cref="BadInputException">Another seller has it, or it is no stock file.</exception>
    public static StockFile Open(string path, int stock)
    {
        FileStream file;
        try
        {
            // Nobody else at the same time: two sellers of one stock would each promise the last item.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new BadInputException($"'{path}', which remembers what is promised, cannot be opened: another 'act sell' of this catalogue is running. Stop that one first.", fault);
        }
        var opened = new StockFile(file, stock);
        try
        {
            opened.Replay(path);
            return opened;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>True when the transaction holds an item now, or did already.</summary>
    public bool TryHold(Id16 transaction)
    {
        lock (_lock)
        {
            if (_held.Contains(transaction.ToString())) return true;
            if (_held.Count >= _stock) return false;
            Write('+', transaction);
            return _held.Add(transaction.ToString());
        }
    }

    public void Free(Id16 transaction)
    {
        lock (_lock)
        {
            if (_held.Remove(transaction.ToString())) Write('-', transaction);
        }
    }

    public void Dispose() => _file.Dispose();

    void Replay(string path)
    {
        if (_file.Length > (long)LinesMax * LineLength) throw new BadInputException($"'{path}' is too long for a stock file.");
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        // A line that was cut off was never acted upon: the process ended before it could confirm.
        var whole = bytes.Length / LineLength * LineLength;
        _file.SetLength(whole);
        _file.Position = whole;
        for (var at = 0; at < whole; at += LineLength)
        {
            var line = Encoding.ASCII.GetString(bytes, at, LineLength);
            if (line[0] is not ('+' or '-') || line[^1] != '\n' || !line[1..^1].All(char.IsAsciiHexDigitLower))
            {
                throw new BadInputException($"{path}:{(at / LineLength) + 1}: this is no line of a stock file, such as '+' or '-' and a transaction id. Restore the file, or move it away if nothing is promised.");
            }
            if (line[0] == '+') _held.Add(line[1..^1]);
            else _held.Remove(line[1..^1]);
        }
    }

    void Write(char what, Id16 transaction)
    {
        _file.Write(Encoding.ASCII.GetBytes($"{what}{transaction}\n"));
        _file.Flush(flushToDisk: true);
    }
}
