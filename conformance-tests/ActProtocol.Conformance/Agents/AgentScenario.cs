using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Agents;

/// <summary>One scenario with an agent: a stage of its own, fresh keys, and a process of its own.</summary>
abstract class AgentScenario(AgentOptions options, RunIdentity run, string checkId, bool exact, TimeProvider time, CancellationToken cancellationToken) : IAsyncDisposable
{
    /// <summary>How long one verb of the hook may take: an agent that meets a fault tries again in it.</summary>
    public static readonly TimeSpan HookMax = TimeSpan.FromSeconds(15);

    /// <summary>How long a program may take to begin.</summary>
    public static readonly TimeSpan BeginMax = TimeSpan.FromSeconds(8);

    string? _folder;
    SubjectProcess? _process;
    StageHost? _host;

    public AgentOptions Options => options;

    public TimeProvider Time => time;

    public CancellationToken CancellationToken => cancellationToken;

    public Transcript Transcript { get; } = new(time);

    public UnkindScript Unkind { get; } = new(exact ? 0 : options.Unkind, new Seeded(run.Seed, checkId));

    public Stage Stage => _stage ??= new Stage(new Seeded(run.Seed, $"{checkId}/{run.Nonce}"), Transcript, Unkind, options.Waits, time, cancellationToken) { Exact = exact };

    Stage? _stage;

    public bool IsHooked => options.Driving is AgentDriving.Hook;

    protected Hook? Hook { get; private set; }

    /// <summary>The subject with a hook: in the directory, its key the suite's.</summary>
    public Party? Subject { get; private set; }

    public SubjectProcess Process => _process ?? throw new InvalidOperationException("The subject was not started.");

    public bool WasStarted => _folder is not null;

    /// <summary>The end of the subject's log; empty before it was started.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Starts it. With the hook it has begun when this returns.</summary>
    protected async Task StartAsync(string role, JsonObject? begin = null)
    {
        _folder ??= Directory.CreateTempSubdirectory("act-agent-").FullName;
        _host ??= await StageHost.StartAsync(Stage);
        if (IsHooked && Subject is null)
        {
            var owner = new Party($"act://{Stage.Authority}/{role}-under-test-owner", new KeyPair(Stage.Random.Of("owner").Bytes(32)));
            Subject = new Party($"act://{Stage.Authority}/{role}-under-test", new KeyPair(Stage.Random.Of("subject").Bytes(32)), owner);
            Stage.Enter(owner, isSuites: false);
            Stage.Enter(Subject, isSuites: false);
        }
        _process = SubjectProcess.Start([.. options.Command.Select(Filled)], new Dictionary<string, string>
        {
            ["ACT_BROKER"] = Address(_host.Grpc),
            ["ACT_BROKER_JSON"] = Address(_host.Json),
            ["ACT_KEYS"] = Path.Combine(_folder, "keys"),
        });
        if (!IsHooked) return;
        Hook = new Hook(_process, Transcript, verb => (verb is "begin" ? BeginMax : HookMax) * options.Waits.Slow, cancellationToken);
        var members = new JsonObject
        {
            ["case"] = checkId,
            ["role"] = role,
            ["seed"] = run.Seed,
            ["grpc"] = Address(_host.Grpc),
            ["json"] = Address(_host.Json),
            ["broker"] = JsonNode.Parse(StageJson.Document(Stage)),
            ["data"] = _folder,
            ["agent"] = Subject!.Id,
            ["agent_seed"] = Convert.ToHexStringLower(Subject.Key.Seed),
            ["principal"] = Subject.Owner.Id,
            ["principal_seed"] = Convert.ToHexStringLower(Subject.Owner.Key.Seed),
        };
        foreach (var (name, value) in begin ?? []) members[name] = value?.DeepClone();
        await OkAsync("begin", members);
    }

    /// <summary>Kills it as kill -9 does; its folder stays.</summary>
    protected async Task KillAsync()
    {
        await Process.DisposeAsync();
        (_process, Hook) = (null, null);
    }

    protected async Task<HookAnswer> OkAsync(string verb, JsonObject? members = null)
    {
        var answer = await DoAsync(verb, members);
        return answer.IsOk ? answer : throw Expectations.Failed($"hook: {verb}", "ok", answer.ToString());
    }

    public Task<HookAnswer> DoAsync(string verb, JsonObject? members = null) => NeedHook().DoAsync(verb, members);

    protected Hook NeedHook() => Hook ?? throw new UntestedException("It needs the control hook (conformance-tests/agents.md).");

    /// <summary>A fault of anything that was sent under this requirement.</summary>
    public void Judge(string requirement)
    {
        if (Stage.Observer.FaultOf(requirement) is { } fault) throw new CheckFailedException(fault);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        if (_host is not null) await _host.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    string Filled(string argument) => argument
        .Replace("{grpc}", Address(_host!.Grpc), StringComparison.Ordinal).Replace("{json}", Address(_host.Json), StringComparison.Ordinal)
        .Replace("{id}", $"agent-{run.Nonce}", StringComparison.Ordinal).Replace("{keys}", Path.Combine(_folder!, "keys"), StringComparison.Ordinal)
        .Replace("{data}", _folder, StringComparison.Ordinal);

    static string Address(Uri uri) => uri.ToString().TrimEnd('/');
}
