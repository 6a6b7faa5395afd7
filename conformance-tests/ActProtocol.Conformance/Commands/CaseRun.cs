using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary>One case, run again as often as one likes: the same seed and script, with names, keys and times of its own each time.</summary>
sealed class CaseRun : IAsyncDisposable
{
    readonly List<IAsyncDisposable> _owned = [];
    readonly PlannedCheck _planned;
    readonly RunSubject _subject;

    CaseRun(BundledCase bundled, PlannedCheck planned, RunSubject subject, ConfigFile config) => (Case, _planned, _subject, Config) = (bundled, planned, subject, config);

    public BundledCase Case { get; }

    public ConfigFile Config { get; }

    public Check Check => _planned.Check;

    public string Reached => _subject.Reached;

    /// <exception cref="BadInputException">There is no such check, or nothing says what it is tested against.</exception>
    /// <exception cref="SubjectGoneException">The subject is not there.</exception>
    public static async Task<CaseRun> OpenAsync(BundledCase bundled, CancellationToken cancellationToken)
    {
        var kind = ListCommand.KindOf("case.json", bundled.Subject);
        var planned = PlannedOf(bundled.Id);
        var config = ConfigFile.Read(bundled.Config);
        var request = new RunRequest { Set = RequiredVersion.Of(null), Profiles = config.Value.Profiles, Seed = bundled.Seed, Unkind = bundled.Unkind };
        if (kind is SubjectKind.Broker)
        {
            BrokerConnection.MustBeNamed(config.Value, bundled.Target.ElementAtOrDefault(0), bundled.Target.ElementAtOrDefault(1));
            var connection = new BrokerConnection(config, bundled.Target.ElementAtOrDefault(0), bundled.Target.ElementAtOrDefault(1));
            return await OwnedAsync(connection, async () => new CaseRun(bundled, planned, await BrokerCommand.SubjectAsync(connection, request, cancellationToken), config));
        }
        if (bundled.Command.Count == 0) throw new BadInputException("Which program? Write it behind '--'.");
        if (kind is SubjectKind.Codec or SubjectKind.Verifier)
        {
            var target = await CodecTarget.StartAsync(bundled.Command, CodecCommand.WaitsOf(config.Value.Limits), cancellationToken);
            return await OwnedAsync(target, () => Task.FromResult(new CaseRun(bundled, planned, CodecCommand.SubjectOf(kind, target, request, bundled.Command), config)));
        }
        var options = new AgentOptions { Command = bundled.Command, Role = kind, Waits = CodecCommand.WaitsOf(config.Value.Limits), Unkind = bundled.Unkind };
        if (bundled.Observed is { } offer) options = options with { Driving = AgentDriving.Observe, Sells = options.Sells with { Currency = offer.Currency, PriceTo = offer.PriceTo } };
        var checks = new AgentChecks(options, RunIdentity.New(bundled.Seed), TimeProvider.System);
        return await OwnedAsync(checks, () => Task.FromResult(new CaseRun(bundled, planned, AgentCommand.SubjectOf(checks, options), config)));
    }

    /// <summary>The result that an id names.</summary>
    public static PlannedCheck PlannedOf(string id)
    {
        var all = CheckCatalogue.All.SelectMany(check => check.Results.Select(result => new PlannedCheck(check, result.Id, result.Value))).ToList();
        if (all.Find(planned => planned.Id == id) is { } found) return found;
        var values = all.Where(planned => planned.Check.Id == id).Select(planned => planned.Value!).ToList();
        throw new BadInputException(values.Count > 0 ? $"{id} is run with values; name one of them, such as {id}@{values[0]}." : $"There is no check '{id}'.{Near.Hint(id, all.Select(planned => planned.Id))}");
    }

    /// <param name="steps">Those of the script that act; null: all.</param>
    /// <param name="until">Messages that are sent; null: all.</param>
    public async Task<CheckResult> RunAsync(IReadOnlySet<int>? steps, int? until, CancellationToken cancellationToken)
    {
        (UnkindScript.Only.Value, Transcript.Until.Value) = (steps, until);
        return await _subject.RunAsync(_planned.Check, _planned.Id, _planned.Value, cancellationToken);
    }

    /// <summary>For people and bundles, without secrets.</summary>
    public ReportedCheck Report(CheckResult result)
    {
        var score = new Score { Known = new Dictionary<string, KnownEntry>(), Stale = [], Exit = 0 };
        return new ReportBuilder(Config.NewRedactor(), RequiredVersion.Of(null), score, _ => $"act-conformance replay {Case.Id}").Of(result);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) await owned.DisposeAsync();
    }

    static async Task<CaseRun> OwnedAsync(IAsyncDisposable owned, Func<Task<CaseRun>> open)
    {
        try
        {
            var run = await open();
            run._owned.Add(owned);
            return run;
        }
        catch
        {
            await owned.DisposeAsync();
            throw;
        }
    }
}
