using System.Security.Cryptography;
using System.Text;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client;

/// <summary>One purchase as it is remembered on the disk: what is about to be said before it is said, and what it came to.</summary>
/// <remarks>
/// Lines of kind, content in base64, and a check that runs on from line to line. Whoever appends names the number of lines it knew; so of
/// two processes with the same purchase one appends, and the other reads what the first one said and says the same. A last line that was
/// cut short was not durable, so nothing was done on the strength of it: it is dropped.
/// </remarks>
sealed class PurchaseFile(string? path, TimeProvider time)
{
    const string For = "for";
    const string Said = "said";
    const string Opened = "opened";
    const string Bought = "bought";

    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan HeldMax = TimeSpan.FromSeconds(10);

    // Without a file: for as long as the process lives.
    readonly List<(string Kind, byte[] Content)> _memory = [];

    /// <summary>What is remembered.</summary>
    /// <param name="about">Broker, agent and key: a file of another purchase is not taken for this one's.</param>
    /// <exception cref="FormatException">The file is no purchase, another purchase, or damaged.</exception>
    public async Task<PurchaseMemory> ReadAsync(string about, CancellationToken cancellationToken)
    {
        if (path is null) return Understand(_memory);
        using var file = await OpenAsync(cancellationToken);
        var (lines, _, _) = Parse(file);
        if (lines.Count > 0 && Encoding.UTF8.GetString(lines[0].Content) != about)
        {
            throw new FormatException($"'{path}' is the purchase '{Encoding.UTF8.GetString(lines[0].Content)}', not '{about}'.");
        }
        if (lines.Count == 0)
        {
            Append(file, 0, [], (For, Encoding.UTF8.GetBytes(about)));
            Durable.FlushFolderOf(path);
        }
        return Understand([.. lines.Skip(1)]);
    }

    /// <summary>Remembers an envelope that is about to be sent. Durable when this returns true; false when another process was faster.</summary>
    public Task<bool> TrySayAsync(PurchaseMemory known, Envelope envelope, CancellationToken cancellationToken) =>
        TryAppendAsync(known.Lines, Said, envelope, cancellationToken);

    /// <summary>Remembers which transactions the intent opened.</summary>
    public Task<bool> TryOpenAsync(PurchaseMemory known, Accepted accepted, CancellationToken cancellationToken) =>
        TryAppendAsync(known.Lines, Opened, accepted, cancellationToken);

    /// <summary>Remembers the end: the record of the payment.</summary>
    public Task<bool> TryEndAsync(PurchaseMemory known, Receipt receipt, CancellationToken cancellationToken) =>
        TryAppendAsync(known.Lines, Bought, receipt, cancellationToken);

    async Task<bool> TryAppendAsync(int expected, string kind, IMessage content, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            if (_memory.Count != expected) return false;
            _memory.Add((kind, content.ToByteArray()));
            return true;
        }
        using var file = await OpenAsync(cancellationToken);
        var (lines, end, check) = Parse(file);
        if (lines.Count != expected + 1) return false;
        Append(file, end, check, (kind, content.ToByteArray()));
        return true;
    }

    // The lock of the file holds for an append, and ends with the process whatever becomes of it.
    async Task<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path!, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(began) < HeldMax)
            {
                await Task.Delay(LookAgain, time, cancellationToken);
            }
        }
    }

    static void Append(FileStream file, long end, byte[] check, (string Kind, byte[] Content) line)
    {
        file.SetLength(end);
        file.Position = end;
        file.Write(Encoding.ASCII.GetBytes($"{line.Kind} {Convert.ToBase64String(line.Content)} {Convert.ToHexStringLower(CheckOf(check, line.Kind, line.Content))}\n"));
        file.Flush(flushToDisk: true);
    }

    (List<(string Kind, byte[] Content)> Lines, long End, byte[] Check) Parse(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        List<(string, byte[])> lines = [];
        var (end, check) = (0, Array.Empty<byte>());
        while (end < bytes.Length)
        {
            var length = bytes.AsSpan(end).IndexOf((byte)'\n');
            if (length < 0) break;
            if (TryParse(Encoding.ASCII.GetString(bytes, end, length), check) is not { } line)
            {
                // Only the last line can have been cut short.
                if (end + length + 1 < bytes.Length) throw new FormatException($"'{path}' is damaged at byte {end}: what was said in this purchase is not known for sure.");
                break;
            }
            lines.Add((line.Kind, line.Content));
            (end, check) = (end + length + 1, line.Check);
        }
        if (lines.Count > 0 && lines[0].Item1 != For) throw new FormatException($"'{path}' is no purchase.");
        return (lines, end, check);
    }

    static (string Kind, byte[] Content, byte[] Check)? TryParse(string line, byte[] before)
    {
        var parts = line.Split(' ');
        if (parts.Length != 3 || parts[0] is not (For or Said or Opened or Bought)) return null;
        var content = new byte[parts[1].Length];
        if (!Convert.TryFromBase64String(parts[1], content, out var length)) return null;
        var check = CheckOf(before, parts[0], content[..length]);
        return Convert.ToHexStringLower(check) == parts[2] ? (parts[0], content[..length], check) : null;
    }

    static byte[] CheckOf(byte[] before, string kind, byte[] content) => SHA256.HashData([.. before, .. Encoding.ASCII.GetBytes(kind), .. content])[..8];

    static PurchaseMemory Understand(List<(string Kind, byte[] Content)> lines)
    {
        var memory = new PurchaseMemory { Lines = lines.Count };
        foreach (var (kind, content) in lines)
        {
            if (kind is Said) memory.Add(Envelope.Parser.ParseFrom(content));
            if (kind is Opened) memory.Opened = Accepted.Parser.ParseFrom(content);
            if (kind is Bought) memory.Bought = Receipt.Parser.ParseFrom(content);
        }
        return memory;
    }
}
