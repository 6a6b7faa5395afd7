using ActProtocol.V1;

namespace ActProtocol.Transactions;

public class IntentRulesTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("travel.flight", null)]
    [InlineData("a", null, 63)]
    [InlineData("\u8336", null, 61)]
    [InlineData("\u8336", ErrorCode.TermsInvalid, 62)]
    [InlineData("a", ErrorCode.TermsInvalid, 64)]
    public void A_capability_has_at_most_64_bytes(string begins, ErrorCode? refused, int more = 0) => Assert.Equal(
        refused,
        IntentRules.Check(new Intent { Budget = new() { CurrencyCode = "CNY", Units = 1 }, ExpiresAtMs = 2, Capability = begins + new string('b', more) }, nowMs: 1));
}
