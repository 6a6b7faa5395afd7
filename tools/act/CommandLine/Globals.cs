using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary>Options that many commands share. Each may be given once and for all by an environment variable.</summary>
static class Globals
{
    public static readonly Option<bool> Json = new("--json") { Description = "For machines: one JSON object a line; the last is the result", Recursive = true };
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the trace of a fault", Recursive = true };

    public static readonly Option<string> Broker = Text("--broker", "gRPC address of the broker", "ACT_BROKER", "http://127.0.0.1:7400");
    public static readonly Option<string> BrokerJson = Text("--broker-json", "JSON address of the broker", "ACT_BROKER_JSON", "http://127.0.0.1:7401");
    public static readonly Option<string> Keys = Text("--keys", "Folder of key files", "ACT_KEYS", "act-keys");
    public static readonly Option<string?> PassphraseFile = new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase of the key files [env: ACT_PASSPHRASE_FILE]",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ACT_PASSPHRASE_FILE"),
        HelpName = "file",
    };

    /// <summary>For parents that may be killed: the child ends when its standard input does.</summary>
    public static readonly Option<bool> EndWithInput = new("--end-with-input") { Description = "End when the standard input ends", Recursive = true, Hidden = true };

    static Option<string> Text(string name, string description, string variable, string usual) => new(name)
    {
        Description = $"{description} [env: {variable}]",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : usual,
        HelpName = name[2..] switch { "keys" => "folder", _ => "address" },
    };
}
