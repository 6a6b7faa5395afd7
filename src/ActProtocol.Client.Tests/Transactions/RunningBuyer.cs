using System.Diagnostics;

namespace ActProtocol.Client.Transactions;

/// <summary>BuyerProcess: a buyer that can be killed. It tells a line for each thing it does.</summary>
sealed class RunningBuyer : IAsyncDisposable
{
    readonly Process _process;

    RunningBuyer(Process process) => _process = process;

    /// <param name="address">Instead of the broker's own.</param>
    /// <param name="under">A command that runs it.</param>
    public static RunningBuyer Start(Market market, string key, string? address = null, IReadOnlyList<string>? under = null)
    {
        string[] command =
        [
            .. under ?? [], "dotnet", Path.Combine(AppContext.BaseDirectory, "BuyerProcess.dll"), address ?? market.Broker.Grpc, market.Broker.KeysFile,
            Path.Combine(market.Folder, $"{market.Agent.Id.Split('/')[^1]}.json"), market.Mandate.ToString(), Path.Combine(market.Folder, "purchases"), key, market.SellerAgent.Id,
        ];
        return new(Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!);
    }

    /// <summary>The next line; null at the end.</summary>
    public ValueTask<string?> LineAsync() => _process.StandardOutput.ReadLineAsync(Market.Cancelled);

    /// <summary>What it ended with: 0 when it bought.</summary>
    public async Task<int> EndAsync()
    {
        while (await LineAsync() is not null) continue;
        await _process.WaitForExitAsync(Market.Cancelled);
        return _process.ExitCode;
    }

    /// <summary>kill -9, unless it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
