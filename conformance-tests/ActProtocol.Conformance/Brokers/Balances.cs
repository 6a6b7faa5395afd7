using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Money of an account, as its principal hears it.</summary>
static class Balances
{
    public static async Task<(Int128 Available, Int128 Held)> BalanceAsync(this BrokerScenario scenario, Party principal, string currency = Xts.Code)
    {
        var (answer, refused) = await scenario.AskAsync(principal, new Ask { Account = new AskAccount { Account = principal.Id } });
        if (answer?.Account is not { } account) throw Expectations.Failed($"AskAccount of {principal.Name}", "an account", refused?.ToString() ?? "another answer");
        var balance = account.Balances.FirstOrDefault(balance => balance.Available?.CurrencyCode == currency);
        return balance is null ? (0, 0) : (Xts.NanosOf(balance.Available), balance.Held is null ? 0 : Xts.NanosOf(balance.Held));
    }

    /// <summary>That it has so much available and held.</summary>
    public static async Task HasAsync(this BrokerScenario scenario, Party principal, Money available, Money? held = null)
    {
        var balance = await scenario.BalanceAsync(principal, available.CurrencyCode);
        Expectations.Equal($"nanos available to {principal.Name}", Xts.NanosOf(available), balance.Available);
        Expectations.Equal($"nanos held of {principal.Name}", held is null ? 0 : Xts.NanosOf(held), balance.Held);
    }

    /// <summary>
    /// That it has so much available once what was paid to it has arrived. Nothing tells a payee when that is, so the question is asked again until it is answered so, for
    /// as long as a delivery may take.
    /// </summary>
    public static async Task GetsAsync(this BrokerScenario scenario, Party principal, Money available)
    {
        await scenario.UntilAsync(async () => (await scenario.BalanceAsync(principal, available.CurrencyCode)).Available == Xts.NanosOf(available));
        await scenario.HasAsync(principal, available);
    }
}
