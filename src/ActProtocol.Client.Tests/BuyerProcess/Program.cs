using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

// A buyer that tells each thing it does on a line of its own, so that it can be killed there.
// Arguments: gRPC address, file of the broker's keys, key file, digest of the mandate, folder of purchases, purchase's key, seller.
var broker = BrokerInfo.Parse(JsonDocument.Parse(File.ReadAllText(args[1])).RootElement);
using var client = new ActClient(args[0], broker, logger: new LineLogger());
var agent = KeyFile.Load(args[2]);
var buyer = new Buyer(client, agent, new Digest(Convert.FromHexString(args[3]))) { Purchases = args[4] };
var budget = new Money(100 * (Int128)Money.NanosPerUnit, "CNY");
var intent = new Intent { Words = "One of the usual.", Budget = budget.ToWire(), ExpiresAtMs = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds() };
LineLogger.Tell("started");
var result = await buyer.BuyAsync(args[5], new PurchaseOrder(intent) { Sellers = [args[6]] }, CancellationToken.None);
LineLogger.Tell($"result {result.GetType().Name}");
return result is PurchaseResult.Bought ? 0 : 1;

sealed class LineLogger : ILogger
{
    public static void Tell(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Tell(formatter(state, exception));
}
