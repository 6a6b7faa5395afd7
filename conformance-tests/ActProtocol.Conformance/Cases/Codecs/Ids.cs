using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Codecs;

/// <summary>What both sides derive.</summary>
static class Ids
{
    [Check("TXN-02.fresh", "The id of a transaction follows from the digest of its intent and the seller.")]
    public static async Task Transaction(CodecScenario scenario)
    {
        for (var i = 0; i < 8; i++)
        {
            var (intent, seller) = (scenario.Random.Bytes(32), $"act://{scenario.Parties.Name()}/{scenario.Parties.Name()}");
            await Derived(scenario, seller, Given.Transaction(intent, seller), Tags.TransactionId(intent, seller));
        }
    }

    [Check("ENV-21.fresh", "A derived message id follows from sender, step, quote and attempt; before there is a quote 32 zero bytes stand for it.")]
    public static async Task Message(CodecScenario scenario)
    {
        foreach (var step in Enum.GetValues<StepKind>().Where(step => step is not StepKind.Unspecified))
        {
            var quote = step is StepKind.Intent ? [] : scenario.Random.Bytes(32);
            var attempt = scenario.Random.Pick<uint>([0, 1, 255, 256, 65_536, uint.MaxValue]);
            await Derived(scenario, $"{step}, attempt {attempt}", Given.Message(scenario.Parties.Buyer, (int)step, quote, attempt), Tags.DerivedMessageId(scenario.Parties.Buyer, (byte)step, quote, attempt));
        }
    }

    [Check("ENV-16.fresh", "The home of an account is the first 12 bits of SHA-256 of its id.")]
    public static async Task Home(CodecScenario scenario)
    {
        for (var i = 0; i < 16; i++)
        {
            var account = $"act://{scenario.Parties.Name()}/{scenario.Parties.Name()}";
            Expectations.Equal(account, (long)Tags.Home(account), (await scenario.OkAsync(account, Given.Home(account))).Number("value"));
        }
    }

    [Check("DIR-05.fresh-thumbprint", "The thumbprint of a key is that of RFC 7638.")]
    public static async Task Thumbprint(CodecScenario scenario)
    {
        for (var i = 0; i < 8; i++)
        {
            var key = scenario.Parties.Key();
            await Derived(scenario, "a key", Given.Thumbprint(key.Public), key.Thumbprint);
        }
    }

    [Check("DIR-05.no-point", "32 bytes that encode no point are no key.")]
    public static async Task NoPoint(CodecScenario scenario)
    {
        var tried = 0;
        while (tried < 4)
        {
            var bytes = scenario.Random.Bytes(32);
            bytes[31] &= 0x3f;
            if (Edwards.IsOnCurve(Edwards.Number(bytes))) continue;
            await scenario.RefusedAsync("key_unsuitable", "no point of the curve", Given.Thumbprint(bytes), Given.Thumbprint(scenario.Parties.BuyerKey.Public));
            tried++;
        }
    }

    static async Task Derived(CodecScenario scenario, string what, Request request, byte[] expected) =>
        Expectations.Equal(what, Convert.ToHexStringLower(expected), (await scenario.OkAsync(what, request)).Text("value"));
}
