using ActProtocol.Conformance.Commands;

namespace ActProtocol.Conformance.Reports;

public class DdminTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task What_is_left_is_what_the_failure_needs(int needed)
    {
        var needs = Enumerable.Range(0, needed).Select(number => number * 7).ToList();
        var runs = 0;
        var left = await Ddmin.ReduceAsync([.. Enumerable.Range(0, 60)], part =>
        {
            runs++;
            return Task.FromResult(needs.All(part.Contains));
        });
        Assert.Equal(needs, left);
        Assert.InRange(runs, 1, 200);
    }
}
