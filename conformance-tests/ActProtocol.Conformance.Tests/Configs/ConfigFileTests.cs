using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Configs;

public class ConfigFileTests
{
    const string Whole = """
        act: 1
        subject: { name: acme-broker, version: 3.1, vendor: Acme, url: https://acme.example }
        target: { grpc: "http://127.0.0.1:{port}", json: "http://127.0.0.1:{json_port}", authority: acme.example }
        start:
          command: [./acme, --port, "{port}", --json-port, "{json_port}"]
          env: { ACME_TOKEN: secret-token-1 }
          ready: /healthz
          within: 20s
          stop: kill
        profiles: [core, escrow]
        provision: { command: [./fund.sh, "{account}"] }
        hooks: { clock: none, restart: [./restart.sh, kill9] }
        limits: { answer: 500ms, deliver: 2m, slow: 1.5 }
        known_failing: known.yaml
        """;

    [Fact]
    public void All_keys_are_read()
    {
        var config = Read(Whole);
        Assert.Equal(("acme-broker", "3.1"), (config.Value.Subject.Name, config.Value.Subject.Version));
        Assert.Equal(["core", "escrow"], config.Value.Profiles);
        Assert.Equal((TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2), 1.5), (config.Value.Limits.Answer, config.Value.Limits.Deliver, config.Value.Limits.Slow));
        Assert.Equal(("/healthz", "kill", 5), (config.Value.Start!.Ready, config.Value.Start.Stop, config.Value.Start.Command.Count));
        Assert.Equal((0, 2), (config.Value.Hooks.Clock.Count, config.Value.Hooks.Restart.Count));
        Assert.Equal(Path.Combine(config.Folder, "known.yaml"), config.KnownFailing);
        Assert.Equal("it says [redacted]", config.NewRedactor().Text("it says secret-token-1"));
    }

    [Fact]
    public void Json_is_read_the_same() => Assert.Equal(TimeSpan.FromSeconds(3), Read("""{"act": 1, "limits": {"answer": "3s"}}""").Value.Limits.Answer);

    [Fact]
    public void Another_config_has_another_digest()
    {
        Assert.Equal(Read(Whole).Digest, Read(Whole + "\n# a remark\n").Digest);
        Assert.NotEqual(Read(Whole).Digest, Read(Whole.Replace("1.5", "2", StringComparison.Ordinal)).Digest);
    }

    [Theory]
    [InlineData("act: 1\nlimit: { answer: 5s }\n", ":2:1: there is no key 'limit' in the file. Did you mean 'limits'?")]
    [InlineData("act: 1\nlimits:\n  answr: 5s\n", ":3:3: there is no key 'answr' in 'limits'. Did you mean 'answer'?")]
    [InlineData("act: 1\nhooks: { zzzzzzzz: none }\n", "there is no key 'zzzzzzzz' in 'hooks'. There are: restart, clock, powercut, within.")]
    [InlineData("profiles: [core]\n", "the file lacks 'act'")]
    [InlineData("act: 2\n", "'act' is 2; this suite reads files of version 1")]
    [InlineData("act: one\n", ":1:6: 'act' is a whole number, not 'one'")]
    [InlineData("act: 1\nlimits: { answer: 5 }\n", "'answer' is a time such as 500ms, 20s, 5m or 1h, not '5'")]
    [InlineData("act: 1\nlimits: { answer: 0s }\n", "'answer' is a time")]
    [InlineData("act: 1\nlimits: { slow: 0 }\n", "'slow' is a number above 0")]
    [InlineData("act: 1\nlimits: 5s\n", "'limits' is a table of keys: answer, deliver, slow")]
    [InlineData("act: 1\nprofiles: core\n", "'profiles' is a list, such as")]
    [InlineData("act: 1\nprofiles: []\n", "'profiles' is an empty list")]
    [InlineData("act: 1\nprofiles: [[core]]\n", "'profiles' holds something that is no text")]
    [InlineData("act: 1\ntarget: { grpc: broker:8443 }\n", "'grpc' is an address such as https://broker.example:8443, not 'broker:8443'")]
    [InlineData("act: 1\ntarget: { grpc: \"https://me:secret@host\" }\n", "'grpc' is an address")]
    [InlineData("act: 1\ntarget: { grpc: }\n", "'grpc' has no value")]
    [InlineData("act: 1\nstart: { command: ./acme }\n", "'command' is a list")]
    [InlineData("act: 1\nstart: { ready: /x }\n", "'start' lacks 'command'")]
    [InlineData("act: 1\nstart: { command: [./acme] }\n", "no {port} in its command")]
    [InlineData("act: 1\nstart: { command: [a, \"{port}\"], stop: terminate }\n", "'stop' is one of term, kill, not 'terminate'")]
    [InlineData("act: 1\nprovision: { operator_key: k }\n", "'operator_key' and 'operator_id' go together")]
    [InlineData("act: 1\nact: 1\n", "this is no YAML")]
    [InlineData("act: 1\n\tprofiles: [core]\n", "this is no YAML")]
    [InlineData("act: [1\n", "this is no YAML")]
    [InlineData("act: 1\n---\nact: 1\n", "a second document begins here")]
    [InlineData("- act: 1\n", "the file is a table of keys")]
    [InlineData("# nothing\n", "is empty")]
    [InlineData("", "is empty")]
    [InlineData("act: 1\nsubject: { name: *unknown }\n", "this is no YAML")]
    public void A_mistake_is_told_with_its_place(string text, string expected) => Assert.Contains(expected, Fault(text), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_or_no_text_is_told()
    {
        Assert.Contains("There is no file", Assert.Throws<BadInputException>(() => ConfigFile.Read("/nowhere/x.yaml")).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<BadInputException>(() => ConfigFile.Read(Path.GetTempPath())).Message, StringComparison.Ordinal);
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, [0x61, 0xff, 0xfe]);
        Assert.Contains("is no UTF-8 text", Assert.Throws<BadInputException>(() => ConfigFile.Read(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, new byte[YamlFile.BytesMax + 1]);
        Assert.Contains("is longer than", Assert.Throws<BadInputException>(() => ConfigFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schemas_are_those_of_the_readers()
    {
        Repository.AssertRendered("conformance-tests/act-conformance.schema.json", ConfigSchema.Of(typeof(SuiteConfig), "act-conformance.yaml"));
        Repository.AssertRendered("conformance-tests/known-failing.schema.json", ConfigSchema.Of(typeof(IReadOnlyList<KnownEntry>), "known-failing.yaml"));
        Repository.AssertRendered("conformance-tests/report.schema.json", Reports.JsonReport.Schema());
    }

    static ConfigFile Read(string text)
    {
        var path = Path.Combine(SuiteProcess.NewFolder(), "act-conformance.yaml");
        File.WriteAllText(path, text);
        return ConfigFile.Read(path);
    }

    static string Fault(string text) => Assert.Throws<BadInputException>(() => Read(text)).Message;
}
