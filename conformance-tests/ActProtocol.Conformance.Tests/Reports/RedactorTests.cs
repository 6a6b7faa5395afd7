namespace ActProtocol.Conformance.Reports;

public sealed class RedactorTests
{
    [Fact]
    public void Variables_of_a_config_are_looked_at_like_those_of_the_environment()
    {
        var config = new Dictionary<string, string> { ["API_TOKEN"] = "a secret that is long", ["COLOUR"] = "blue, and no secret" };

        Assert.Equal(["a secret that is long"], Redactor.SecretsOf(config));
    }
}
