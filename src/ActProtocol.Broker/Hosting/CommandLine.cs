using System.CommandLine;

namespace ActProtocol.Broker.Hosting;

/// <summary>The broker's own command line. <c>act up</c> says the same in more words.</summary>
static class CommandLine
{
    static readonly Option<string> Config = new("--config") { Description = "JSON file with a section 'Act'; otherwise appsettings.json, if there is one" };

    // Each is an option of BrokerOptions by the name beside it. What is not given is not said, so that file and environment hold.
    static readonly (Option Option, string Name)[] Table =
    [
        (new Option<string>("--data") { Description = "Data folder (act-data)" }, nameof(BrokerOptions.Data)),
        (new Option<string>("--listen") { Description = "Address to listen on (127.0.0.1)" }, nameof(BrokerOptions.Listen)),
        (new Option<string>("--port") { Description = "gRPC port; 0: any (7400)" }, nameof(BrokerOptions.Port)),
        (new Option<string>("--json-port") { Description = "JSON port; 0: any (7401)" }, nameof(BrokerOptions.JsonPort)),
        (new Option<string>("--authority") { Description = "Authority of the names given out (local)" }, nameof(BrokerOptions.Authority)),
        (new Option<bool>("--play") { Description = "A new data folder is for play money" }, nameof(BrokerOptions.Play)),
        (new Option<string>("--partitions") { Description = "Partitions of a new data folder (16)" }, nameof(BrokerOptions.Partitions)),
        (new Option<bool>("--accept-clock") { Description = "The clock is right, however long the broker was away" }, nameof(BrokerOptions.AcceptClock)),
        (new Option<string>("--arbiter") { Description = "Arbiter where an intent names none" }, nameof(BrokerOptions.Arbiter)),
        (new Option<string>("--certificate") { Description = "TLS: PEM or PFX file; its password is read from Act__CertificatePassword" }, nameof(BrokerOptions.Certificate)),
        (new Option<string>("--certificate-key") { Description = "TLS: PEM file of the key" }, nameof(BrokerOptions.CertificateKey)),
        (new Option<bool>("--any-file-system") { Description = "The data folder may be on a network file system, whose syncs may not hold" }, nameof(BrokerOptions.AnyFileSystem)),
        (new Option<bool>("--insecure-plaintext") { Description = "Listen without TLS where others can reach it" }, nameof(BrokerOptions.InsecurePlaintext)),
        (new Option<bool>("--json-logs") { Description = "Log as JSON, one object a line" }, nameof(BrokerOptions.JsonLogs)),
        (new Option<string>("--log-level") { Description = "Least that is logged (Information)" }, nameof(BrokerOptions.LogLevel)),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("The ACT reference broker.") { Config };
        foreach (var (option, _) in Table) root.Add(option);
        root.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                await BrokerProcess.RunAsync(BrokerConfiguration.Load(parsed.GetValue(Config), Given(parsed)), cancellationToken);
                return 0;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 2;
            }
        });
        // The broker ends by itself within its own bound once it is told to.
        return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    static IEnumerable<KeyValuePair<string, string?>> Given(ParseResult parsed)
    {
        foreach (var (option, name) in Table)
        {
            if (parsed.GetResult(option) is not { Implicit: false } result) continue;
            yield return KeyValuePair.Create(name, (string?)(result.Tokens.Count > 0 ? result.Tokens[0].Value : "true"));
        }
    }
}
