using ActProtocol.V1;

namespace ActProtocol.Errors;

public class ErrorRegistryTests
{
    [Fact]
    public void Every_code_in_the_protocol_has_exactly_one_row() => Assert.Equal(
        Enum.GetValues<ErrorCode>().Where(code => code is not ErrorCode.Unspecified).Order(),
        ErrorRegistry.Entries.Select(entry => entry.Code).Order());

    [Fact]
    public void A_refusal_comes_back_from_the_wire_as_it_was()
    {
        foreach (var entry in ErrorRegistry.Entries)
        {
            var refusal = new Refusal(entry.Code, "a detail", TimeSpan.FromSeconds(3));
            Assert.Equal(refusal, Refusal.FromWire(refusal.ToWire()));
        }
    }

    [Fact]
    public void The_specification_shows_this_registry() => Repository.AssertRendered(
        "spec/registry/errors.md",
        "<!-- Rendered from ErrorRegistry.Entries. Change that, then run the tests with ACT_UPDATE=1. -->\n"
        + "| Number | Name | gRPC status | Who can mend it | Retry | Decided | Meaning |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        + string.Concat(ErrorRegistry.Entries.Select(entry =>
            $"| {(int)entry.Code} | `{entry.Name}` | {entry.Status} | {entry.Mender} | {entry.Retry} | {entry.Decided} | {entry.Meaning} |\n")));
}
