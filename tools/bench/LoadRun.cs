using System.Diagnostics;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActProtocol.Bench;

/// <summary>Throughput, latency and CPU time of a broker process over loopback, and then of the replay of its journal.</summary>
static class LoadRun
{
    const int AtOnce = 256;

    public static async Task MeasureAsync(Figures figures, string folder, bool quick, CancellationToken cancellationToken)
    {
        var (warm, closed, open) = quick ? (14, 5, 5) : (30, 20, 20);
        using var broker = await BrokerUnderTest.StartAsync(folder, cancellationToken);
        var market = await Market.OpenAsync(broker, cancellationToken);
        await WarmAsync(broker, market, TimeSpan.FromSeconds(warm));

        // Bare figures before and after, in case the machine changes its mind.
        var (fsync, verify) = (Bare.FsyncMs(folder), Bare.VerifyUs(market.Samples, market.KeyOf));
        var (began, cpu, answered) = (TimeProvider.System.GetTimestamp(), broker.Cpu, market.Answered);
        var bought = await market.CloseLoopAsync(AtOnce, TimeSpan.FromSeconds(closed));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var (used, envelopes) = (broker.Cpu - cpu, market.Answered - answered);
        var perEnvelope = used.TotalMicroseconds / envelopes;

        var times = await market.OpenLoopAsync(bought / seconds / 2, TimeSpan.FromSeconds(open));
        figures.FsyncMs = (fsync + Bare.FsyncMs(folder)) / 2;
        figures.VerifyUs = (verify + Bare.VerifyUs(market.Samples, market.KeyOf)) / 2;
        figures.EnvelopeCpuOverVerify = perEnvelope / figures.VerifyUs;
        figures.EnvelopesPerSecond = envelopes / seconds;
        figures.PurchasesPerSecond = bought / seconds;
        figures.P50Ms = times[times.Count / 2];
        figures.P99Ms = times[(int)(times.Count * 0.99)];
        figures.P50OverBudget = figures.P50Ms / ((3 * figures.FsyncMs) + 1);
        figures.P99OverP50 = figures.P99Ms / figures.P50Ms;

        broker.Kill();
        // The load's own threads are gone before CPU time of this process is counted.
        await market.DisposeAsync();
        await ReplayAsync(broker, folder, cancellationToken);
        figures.ReplayOverLive = perEnvelope / ((await ReplayAsync(broker, folder, cancellationToken)).TotalMicroseconds / market.Answered);
    }

    // A new process compiles while it runs, and on two cores that costs more than the work. It is warm when two looks in a row
    // find an envelope no more than a twentieth cheaper than the look before.
    static async Task WarmAsync(BrokerUnderTest broker, Market market, TimeSpan atMost)
    {
        const int Settled = 2;
        var began = TimeProvider.System.GetTimestamp();
        var (last, calm) = (double.MaxValue, 0);
        while (calm < Settled && TimeProvider.System.GetElapsedTime(began) < atMost)
        {
            var (cpu, answered) = (broker.Cpu, market.Answered);
            await market.CloseLoopAsync(AtOnce, TimeSpan.FromSeconds(1.5));
            var now = (broker.Cpu - cpu).TotalMicroseconds / (market.Answered - answered);
            calm = now > last * 0.95 ? calm + 1 : 0;
            last = now;
        }
    }

    // CPU time of a start from the journal alone, as after a crash without snapshots. The first call is the warm-up.
    static async Task<TimeSpan> ReplayAsync(BrokerUnderTest broker, string folder, CancellationToken cancellationToken)
    {
        await using var log = SqliteLog.Open(folder);
        var options = new EngineOptions
        {
            Broker = broker.Info.Id,
            Authority = new string(ActId.AuthorityOf(broker.Info.Id)),
            Partitions = log.Header.Partitions - 1,
            Play = true,
            ReceiptKey = SigningKey.Create(),
        };
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        await using var host = await EngineHost.StartAsync(options, log, null, new NoMail(), TimeProvider.System, NullLogger.Instance, cancellationToken);
        self.Refresh();
        return self.TotalProcessorTime - before;
    }

    sealed class NoMail : IMailSink
    {
        public bool Wants(string agent) => false;

        public void Mail(MailItem item) => throw new InvalidOperationException("Nobody here wants mail.");
    }
}
