using System.Diagnostics;

namespace ActProtocol.Bench;

/// <summary>What size costs: the next thousand purchases of a grown engine against a new one's, and the heap of agents that do nothing.</summary>
static class GrowthRun
{
    const int Rounds = 10;
    const int PerRound = 100;
    const int Buyers = 64;
    const int Sellers = 16;

    /// <summary>In turns, so that a slow moment of the machine meets both. The median of the rounds' ratios.</summary>
    public static async Task CostAsync(Figures figures, string folder, long records, CancellationToken cancellationToken)
    {
        await using var grown = await InProcess.CreateAsync(Path.Combine(folder, "grown"), cancellationToken);
        await grown.OpenMarketAsync(Buyers, Sellers);
        while (grown.Host.RecordsAppended < records) await grown.BuyAsync(500);

        await using var young = await InProcess.CreateAsync(Path.Combine(folder, "young"), cancellationToken);
        await young.OpenMarketAsync(Buyers, Sellers);
        await young.BuyAsync(500);
        List<double> ratios = [];
        for (var round = 0; round < Rounds; round++)
        {
            // Each goes first as often as the other.
            var first = await CpuAsync(round % 2 == 0 ? grown : young);
            var second = await CpuAsync(round % 2 == 0 ? young : grown);
            ratios.Add(round % 2 == 0 ? first / second : second / first);
        }
        ratios.Sort();
        figures.MillionOverThousand = (ratios[(Rounds / 2) - 1] + ratios[Rounds / 2]) / 2;
        figures.GrowthRecords = grown.Host.RecordsAppended;
    }

    public static async Task IdleAsync(Figures figures, string folder, int agents, CancellationToken cancellationToken)
    {
        await using var engine = await InProcess.CreateAsync(Path.Combine(folder, "idle"), cancellationToken);
        await engine.EnterAsync("warm", 200);
        var none = Heap();
        await engine.EnterAsync("idle", agents);
        figures.IdleAgentBytes = (double)(Heap() - none) / agents;
        figures.IdleAgents = agents;
    }

    static async Task<double> CpuAsync(InProcess engine)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        await engine.BuyAsync(PerRound);
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMicroseconds;
    }

    static long Heap()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
