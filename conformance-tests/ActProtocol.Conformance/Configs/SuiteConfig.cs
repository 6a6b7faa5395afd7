namespace ActProtocol.Conformance.Configs;

/// <summary>act-conformance.yaml: what is tested, how it is reached, what it claims.</summary>
sealed record SuiteConfig
{
    public const string UsualName = "act-conformance.yaml";
    public const int SchemaVersion = 1;

    [Key("The version of this file's form: 1.", Required = true)]
    public int Act { get; init; }

    [Key("What is tested, for the reports.")]
    public SubjectConfig Subject { get; init; } = new();

    [Key("Where a broker is reached.")]
    public TargetConfig Target { get; init; } = new();

    [Key("A broker that the suite starts, and ends with all that it started.")]
    public StartConfig? Start { get; init; }

    [Key("The profiles that are claimed: all that is in one of them is tested.")]
    public IReadOnlyList<string> Profiles { get; init; } = ["core"];

    [Key("How strangers come to money.")]
    public ProvisionConfig Provision { get; init; } = new();

    [Key("What the suite may do to the subject, as commands. Without one, the checks that need it are untested.")]
    public HooksConfig Hooks { get; init; } = new();

    [Key("How long the suite waits.")]
    public LimitsConfig Limits { get; init; } = new();

    [Key("A file of checks that are known to fail, relative to this one.")]
    public string? KnownFailing { get; init; }
}

sealed record SubjectConfig
{
    [Key("Its name.")]
    public string? Name { get; init; }

    [Key("Its version.")]
    public string? Version { get; init; }

    [Key("Who makes it.")]
    public string? Vendor { get; init; }

    [Key("Its page.")]
    public string? Url { get; init; }
}

sealed record TargetConfig
{
    [Key("Address of gRPC.", Form = Form.Address)]
    public string? Grpc { get; init; }

    [Key("Address of JSON over HTTP; without it that of gRPC.", Form = Form.Address)]
    public string? Json { get; init; }

    [Key("PEM file of the authorities whose certificates are right, relative to this file; without it those of the machine.")]
    public string? TlsCa { get; init; }

    [Key("The authority that the broker gives out names under, if another than this is a mistake.")]
    public string? Authority { get; init; }
}

sealed record StartConfig
{
    [Key("The program and its arguments; no shell looks at them. {port} and {json_port} become free ports, {folder} an empty folder that goes away afterwards.", Required = true)]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Key("Further variables of its environment.")]
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    [Key("Where it runs, relative to this file; without it this file's folder.")]
    public string? In { get; init; }

    [Key("A path of the JSON address that answers with 200 once it is ready.")]
    public string Ready { get; init; } = "/.well-known/act.json";

    [Key("How long it may take to be ready.")]
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(20);

    [Key("How it is asked to end, before all that is left of it is killed: term (SIGTERM) or kill.", OneOf = ["term", "kill"])]
    public string Stop { get; init; } = "term";
}

sealed record ProvisionConfig
{
    [Key("A command that funds an account: {account}, {amount}, {currency} and {reference} are replaced.")]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Key("A file with an operator's key (DIR-19): 32 bytes in hexadecimal, the Ed25519 seed. Only for brokers where nothing has a value.")]
    public string? OperatorKey { get; init; }

    [Key("The id of that operator.")]
    public string? OperatorId { get; init; }
}

sealed record HooksConfig
{
    [Key("Ends the broker at once and starts it again; without it, a broker of 'start' is restarted as it was started.")]
    public IReadOnlyList<string> Restart { get; init; } = [];

    [Key("Moves the broker's clock on: {ms} is replaced.")]
    public IReadOnlyList<string> Clock { get; init; } = [];

    [Key("Cuts the power under the broker, and brings it back.")]
    public IReadOnlyList<string> Powercut { get; init; } = [];

    [Key("How long one of them may take.")]
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(30);
}

sealed record LimitsConfig
{
    [Key("How long an answer may take.")]
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(5);

    [Key("How long a delivery may take.")]
    public TimeSpan Deliver { get; init; } = TimeSpan.FromSeconds(10);

    [Key("Multiplies every wait: 2 for a machine that is half as fast.")]
    public double Slow { get; init; } = 1;
}

/// <summary>An entry of the list of known failures.</summary>
sealed record KnownEntry
{
    [Key("The id of a check, of one of its results (with '@'), or a pattern with '*' for at most 20 results.", Required = true)]
    public string Check { get; init; } = "";

    [Key("How what came begins, as the console shows it behind 'got': another failure is not this one.", Required = true)]
    public string Because { get; init; } = "";

    [Key("Where it is worked on.", Required = true)]
    public string Issue { get; init; } = "";

    [Key("The last day on which it may fail.", Required = true, Form = Form.Date)]
    public string Until { get; init; } = "";
}
