using System.Globalization;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>The accounts of a scenario's principals and the states of its transactions, as the broker tells them.</summary>
sealed class Snapshot
{
    readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    public static async Task<Snapshot> TakeAsync(BrokerScenario scenario)
    {
        var snapshot = new Snapshot();
        foreach (var principal in scenario.Parties.Where(party => party.Principal is null))
        {
            var (answer, _) = await scenario.AskAsync(principal, new Ask { Account = new AskAccount { Account = principal.Id } });
            foreach (var balance in answer?.Account.Balances ?? [])
            {
                snapshot._lines[$"{principal.Name}, {balance.Available.CurrencyCode}"] = string.Create(
                    CultureInfo.InvariantCulture, $"available {Xts.NanosOf(balance.Available)}, held {Xts.NanosOf(balance.Held)} nanos");
            }
        }
        foreach (var sale in scenario.Sales.Where(sale => sale.IsOpen))
        {
            var question = new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) } };
            var (answer, _) = await scenario.AskAsync(sale.Buyer, question, sale.Buyer.Home);
            snapshot._lines[$"transaction {Convert.ToHexStringLower(sale.TransactionId)}"] = answer?.Transaction.State.ToString() ?? "unknown";
        }
        return snapshot;
    }

    /// <summary>The first line that differs; null: none does.</summary>
    public string? DifferenceFrom(Snapshot before) => _lines.Keys.Union(before._lines.Keys)
        .Where(key => _lines.GetValueOrDefault(key) != before._lines.GetValueOrDefault(key))
        .Select(key => $"{key}: {before._lines.GetValueOrDefault(key) ?? "nothing"}, then {_lines.GetValueOrDefault(key) ?? "nothing"}").FirstOrDefault();
}
