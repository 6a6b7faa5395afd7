using System.Diagnostics;
using System.Globalization;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>The system calls of a broker under load: no answer leaves before the sync of its record.</summary>
public class SystemCallTests
{
    const int Purchases = 16;

    [Fact]
    public async Task Nothing_leaves_before_its_record_is_synced()
    {
        var (calls, trade) = await TraceAsync(lies: false);
        var left = Traced(trade).Select(sent => calls.LeftDurably(sent.Envelope)).Where(durably => durably is not null).ToList();

        Assert.True(calls.SyncsCount > Purchases);
        // Nearly all of them are seen: an id may be cut in two by a page or a packet.
        Assert.True(left.Count > Purchases * 4, $"{left.Count} envelopes were seen leaving.");
        Assert.DoesNotContain(false, left);
    }

    [Fact]
    public async Task Without_syncs_this_test_would_fail()
    {
        var (calls, trade) = await TraceAsync(lies: true);
        Assert.Contains(Traced(trade), sent => calls.LeftDurably(sent.Envelope) is false);
    }

    [Fact]
    public void An_early_answer_is_seen()
    {
        var envelope = new Trader("somebody").Fund(1, "once");
        var id = Escaped(Content.Parser.ParseFrom(envelope.Content).Header.MessageId.Span);
        var log = Escaped("/d/journal.db-wal"u8);
        var write = $"7 pwrite64(9<{log}>, \"\\x00{Escaped(envelope.ToByteArray())}\\xff\", 18, 32) = 18";
        var begin = $"7 fsync(9<{log}> <unfinished ...>";
        var end = "7 <... fsync resumed>) = 0";
        var send = $"8 sendmsg(30<TCP:[127.0.0.1:1->127.0.0.1:2]>, {{msg_iov=[{{iov_base=\"\\x01\", iov_len=1}}, {{iov_base=\"{id}\", iov_len=16}}]}}, 0) = 17";

        Assert.True(Left(write, begin, end, send));
        Assert.False(Left(write, begin, send, end));
        Assert.False(Left(write, send, begin, end));
        Assert.False(Left(begin, write, end, send));
        Assert.False(Left(write, begin, "7 <... fsync resumed>) = -1 EIO (Input/output error)", send));
        Assert.False(Left(write, $"7 fsync(9<{Escaped("/d/high-water"u8)}>) = 0", send));
        Assert.Null(Left(write, begin, end));

        static string Escaped(ReadOnlySpan<byte> bytes) => string.Concat(bytes.ToArray().Select(b => $"\\x{b:x2}"));
        bool? Left(params string[] lines) => new SystemCalls(lines).LeftDurably(envelope);
    }

    // What owners sent was written before the trace began.
    static IEnumerable<Sent> Traced(Trade trade) => trade.Witness.Acknowledged.Where(sent => !sent.ByOwner && !sent.IsRegistration);

    static async Task<(SystemCalls Calls, Trade Trade)> TraceAsync(bool lies)
    {
        var (disk, trade, trace) = (new ForgetfulDisk(), new Trade(), Path.GetTempFileName());
        await using (var first = await TestedBroker.StartAsync(disk.Data)) await trade.EnterAsync(first);

        List<string> strace = ["strace", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", "1048576", "-e", "trace=pwrite64,write,writev,sendto,sendmsg,sendmmsg,fsync,fdatasync", "-o", trace];
        if (lies) strace.AddRange(disk.CutAt(0, 0, lies: true).SelectMany(item => (string[])["-E", $"{item.Key}={item.Value}"]));
        await using (var broker = await TestedBroker.StartAsync(disk.Data, null, [.. strace]))
        {
            await trade.ConnectAsync(broker);
            for (var bought = 0; bought < Purchases; bought++) Assert.True(await trade.BuyAsync());
            await trade.DisconnectAsync();
            // Asked to end, not killed: the tracer writes out what it saw when its child is gone.
            var child = (await File.ReadAllTextAsync($"/proc/{broker.ProcessId}/task/{broker.ProcessId}/children")).Trim();
            using (var kill = Process.Start("kill", ["-TERM", int.Parse(child, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
            await broker.EndAsync();
        }
        var calls = new SystemCalls(File.ReadLines(trace));
        File.Delete(trace);
        disk.Delete();
        return (calls, trade);
    }
}
