using ActProtocol.V1;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Bodies that many cases begin with.</summary>
static class Drafts
{
    /// <summary>Play money for a principal: the simplest thing that is decided. Its reference is of this run alone.</summary>
    public static Fund NewFund(this BrokerScenario scenario, Party principal, Google.Type.Money? amount = null) =>
        new() { Account = principal.Id, Amount = amount ?? Xts.Of(1), Reference = $"{scenario.Nonce}-{Convert.ToHexStringLower(scenario.Random.Bytes(8))}" };
}
