using System.Text.RegularExpressions;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>Reads what <c>strace -f -y -xx</c> wrote, and looks whether anything left by a socket before it was on the disk.</summary>
/// <remarks>
/// Of one envelope: its signature is written to the write-ahead log, that file is synced, and only then may its message id be in anything that is
/// sent, be it an answer, a delivery or what somebody asked for. A traced call is printed when it begins and when it ends, in
/// true order over all threads; so the order of lines is the order of events.
/// </remarks>
sealed partial class SystemCalls
{
    // With -xx names are in hexadecimal too: journal.db-wal.
    const string WriteAheadLog = @"\\x6a\\x6f\\x75\\x72\\x6e\\x61\\x6c\\x2e\\x64\\x62\\x2d\\x77\\x61\\x6c";

    readonly List<(long Line, string Data)> _written = [];
    readonly List<(long Line, string Data)> _sent = [];
    readonly List<(long Began, long Ended)> _syncs = [];

    public SystemCalls(IEnumerable<string> lines)
    {
        var (number, syncing) = (0L, new Dictionary<string, long>());
        foreach (var line in lines)
        {
            number++;
            var thread = line[..Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal))];
            if (Sync().IsMatch(line))
            {
                if (line.Contains("<unfinished", StringComparison.Ordinal)) syncing[thread] = number;
                else if (line.EndsWith("= 0", StringComparison.Ordinal)) _syncs.Add((number, number));
            }
            else if (line.Contains("sync resumed>", StringComparison.Ordinal) && line.EndsWith("= 0", StringComparison.Ordinal))
            {
                if (syncing.Remove(thread, out var began)) _syncs.Add((began, number));
            }
            else if (Write().IsMatch(line))
            {
                _written.Add((number, DataOf(line)));
            }
            else if (Send().IsMatch(line))
            {
                _sent.Add((number, DataOf(line)));
            }
        }
    }

    public int SyncsCount => _syncs.Count;

    /// <summary>Whether an envelope's record was synced before its id first left; null when the id was never seen to leave.</summary>
    public bool? LeftDurably(Envelope envelope)
    {
        var id = Convert.ToHexStringLower(Content.Parser.ParseFrom(envelope.Content).Header.MessageId.Span);
        var left = _sent.FirstOrDefault(sent => sent.Data.Contains(id, StringComparison.Ordinal));
        if (left == default) return null;

        // By its signature, in pieces: where a record goes on on another page, one of them may be cut in two.
        var pieces = Convert.ToHexStringLower(envelope.Signatures[0].Value.Span).Chunk(32)
            .Select(piece => _written.FirstOrDefault(written => written.Data.Contains(new string(piece), StringComparison.Ordinal)).Line).Where(line => line > 0).ToList();
        return pieces.Count > 0 && _syncs.Any(sync => sync.Began > pieces.Max() && sync.Ended < left.Line);
    }

    // All strings of the call, as hexadecimal digits.
    static string DataOf(string line) => string.Concat(Text().Matches(line).Select(match => match.Groups[1].Value)).Replace("\\x", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^\d+ +f(data)?sync\(\d+<[^>]*" + WriteAheadLog + ">")]
    private static partial Regex Sync();

    [GeneratedRegex(@"^\d+ +p?write(64|v)?\(\d+<[^>]*" + WriteAheadLog + ">")]
    private static partial Regex Write();

    [GeneratedRegex(@"^\d+ +(sendto|sendmsg|sendmmsg|write|writev)\(\d+<(socket|TCP|TCPv6|UNIX)[^>]*")]
    private static partial Regex Send();

    [GeneratedRegex(@"""((\\x[0-9a-f]{2})*)""")]
    private static partial Regex Text();
}
