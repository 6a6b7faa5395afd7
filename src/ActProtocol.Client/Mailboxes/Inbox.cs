using System.Security.Cryptography;

namespace ActProtocol.Client;

/// <summary>Remembers on the disk which records an agent has dealt with, so that a handler that was restarted does not run twice.</summary>
/// <remarks>Twenty bytes a record: half a SHA-256 of the record, and a check of these. The last <see cref="KeptMax"/> are kept, which is more
/// than a mailbox holds. A write that was cut short counts as none. One process at a time.</remarks>
public sealed class Inbox : IDisposable
{
    /// <summary>Records that are remembered; older ones are forgotten.</summary>
    public const int KeptMax = 32_768;

    const int IdLength = 16;
    const int EntryLength = IdLength + sizeof(int);

    static ReadOnlySpan<byte> Magic => "act inbox 1\n"u8;

    readonly HashSet<UInt128> _known = [];
    readonly Queue<UInt128> _order = new();
    readonly string? _path;
    FileStream? _file;

    Inbox(string? path) => _path = path;

    /// <summary>Forgets with the process.</summary>
    public static Inbox InMemory() => new(null);

    /// <summary>Opens an inbox; makes it when there is none.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    /// <exception cref="FormatException">The file is no inbox.</exception>
    public static Inbox Open(string path)
    {
        var inbox = new Inbox(path);
        inbox._file = OpenFile(path);
        try
        {
            inbox.Load();
        }
        catch
        {
            inbox.Dispose();
            throw;
        }
        return inbox;
    }

    /// <summary>Whether the record was dealt with.</summary>
    public bool Contains(Mail mail) => _known.Contains(IdOf(mail));

    /// <summary>The record was dealt with. Durable when this returns.</summary>
    public void Add(Mail mail)
    {
        var id = IdOf(mail);
        if (!Remember(id)) return;
        if (_file is null) return;
        if (_file.Length >= Magic.Length + (2L * KeptMax * EntryLength)) Rewrite();
        else WriteEntry(_file, id);
        _file.Flush(flushToDisk: true);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new IOException($"The inbox '{path}' is in use: is the agent running a second time? {fault.Message}", fault);
        }
    }

    void Load()
    {
        var bytes = new byte[_file!.Length];
        _file.ReadExactly(bytes);
        if (bytes.Length <= Magic.Length ? !Magic.StartsWith(bytes) : !bytes.AsSpan().StartsWith(Magic)) throw new FormatException($"'{_path}' is no inbox.");
        var good = Magic.Length;
        while (good + EntryLength <= bytes.Length && IsWhole(bytes.AsSpan(good, EntryLength)))
        {
            Remember(new UInt128(BitConverter.ToUInt64(bytes, good), BitConverter.ToUInt64(bytes, good + sizeof(ulong))));
            good += EntryLength;
        }
        // What was being written when the process ended was not dealt with.
        _file.SetLength(good);
        _file.Position = 0;
        _file.Write(Magic);
        _file.Position = good;
        _file.Flush(flushToDisk: true);
        Durable.FlushFolderOf(_path!);
    }

    // Into a new file that replaces the old: the old one stands until the new one is whole.
    void Rewrite()
    {
        var fresh = $"{_path}.new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Magic);
            foreach (var id in _order) WriteEntry(file, id);
            file.Flush(flushToDisk: true);
        }
        var old = _file!;
        File.Move(fresh, _path!, overwrite: true);
        _file = OpenFile(_path!);
        _file.Seek(0, SeekOrigin.End);
        old.Dispose();
        Durable.FlushFolderOf(_path!);
    }

    bool Remember(UInt128 id)
    {
        if (!_known.Add(id)) return false;
        _order.Enqueue(id);
        if (_order.Count > KeptMax) _known.Remove(_order.Dequeue());
        return true;
    }

    static UInt128 IdOf(Mail mail)
    {
        var hash = SHA256.HashData(mail.Receipt.Record.Span);
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash, sizeof(ulong)));
    }

    static void WriteEntry(FileStream file, UInt128 id)
    {
        Span<byte> entry = stackalloc byte[EntryLength];
        BitConverter.TryWriteBytes(entry, (ulong)(id >> 64));
        BitConverter.TryWriteBytes(entry[sizeof(ulong)..], unchecked((ulong)id));
        CheckOf(entry).CopyTo(entry[IdLength..]);
        file.Write(entry);
    }

    static bool IsWhole(ReadOnlySpan<byte> entry) => entry[IdLength..].SequenceEqual(CheckOf(entry));

    static ReadOnlySpan<byte> CheckOf(ReadOnlySpan<byte> entry) => SHA256.HashData(entry[..IdLength]).AsSpan(0, sizeof(int));
}
