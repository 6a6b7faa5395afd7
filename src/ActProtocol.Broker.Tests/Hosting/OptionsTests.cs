using System.Diagnostics;

namespace ActProtocol.Broker.Hosting;

public class OptionsTests
{
    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var fault = Assert.Throws<BrokerOptionsException>(() => BrokerConfiguration.Load(null, Said(
            ("Port", "99999"), ("JsonPort", "many"), ("Authority", "Not An Authority"), ("Listen", "example.org"), ("Prot", "1"), ("ProveWithin", "00:00:00"))));

        Assert.Equal(
            [
                "Authority is 'Not An Authority': labels out of a-z, 0-9 and '-', divided by dots, are expected.",
                "JsonPort is 'many', which is no Int32.",
                "Listen is 'example.org': an address such as 127.0.0.1, 0.0.0.0 or :: is expected.",
                "Port is 99999: 0 to 65535 is expected.",
                "Prot is no option of a broker.",
                "ProveWithin is 00:00:00: 00:00:01 to 00:10:00 is expected.",
            ],
            fault.Faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        var file = Path.Combine(TestBroker.NewFolder(), "act.json");
        File.WriteAllText(file, """{"Act":{"Port":1001,"JsonPort":1002,"Partitions":3,"ProveWithin":"00:00:05"}}""");
        Environment.SetEnvironmentVariable("Act__JsonPort", "2002");
        Environment.SetEnvironmentVariable("Act__Partitions", "4");
        try
        {
            var options = BrokerConfiguration.Load(file, Said(("Partitions", "5")));

            Assert.Equal((1001, 2002, 5, TimeSpan.FromSeconds(5)), (options.Port, options.JsonPort, options.Partitions, options.ProveWithin));
        }
        finally
        {
            Environment.SetEnvironmentVariable("Act__JsonPort", null);
            Environment.SetEnvironmentVariable("Act__Partitions", null);
        }
    }

    [Theory]
    [InlineData("""{"Act":""")]
    [InlineData("""[1]""")]
    public void A_file_that_is_no_configuration_is_told_in_a_sentence(string text)
    {
        var file = Path.Combine(TestBroker.NewFolder(), "act.json");
        File.WriteAllText(file, text);

        Assert.Throws<BrokerOptionsException>(() => BrokerConfiguration.Load(file, []));
    }

    [Theory]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("::1", true)]
    public void Without_TLS_only_loopback_is_served_unless_told(string listen, bool fine)
    {
        var options = new BrokerOptions { Data = "x", Listen = listen };

        Assert.Equal(fine ? 0 : 1, BrokerOptionsRules.Faults(options).Count);
        Assert.Empty(BrokerOptionsRules.Faults(options with { InsecurePlaintext = true }));
    }

    [Fact]
    public async Task The_process_says_in_one_sentence_why_it_does_not_listen()
    {
        using var process = Process.Start(BrokerProgram.With("--data", TestBroker.NewFolder(), "--listen", "0.0.0.0", "--port", "0", "--json-port", "0"))!;
        var error = (await process.StandardError.ReadToEndAsync(TestBroker.Stop)).Trim();
        await process.WaitForExitAsync(TestBroker.Stop);

        Assert.Equal(2, process.ExitCode);
        Assert.Equal("Listen is '0.0.0.0', which others can reach, and there is no TLS: name a certificate, or say --insecure-plaintext.", error);
    }

    static IEnumerable<KeyValuePair<string, string?>> Said(params (string Name, string Value)[] options) => options.Select(option => KeyValuePair.Create(option.Name, (string?)option.Value));
}
