using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Runs;

if (args is ["codec" or "verifier", "--", .. { Length: > 0 } command])
{
    await using var codec = await CodecTarget.StartAsync(command, Waits.Usual, default);
    var run = new Runner(new CodecChecks(codec, RunIdentity.New(42), TimeProvider.System).RunAsync, CodecTarget.ProcessesMax, TimeSpan.FromMinutes(10), TimeProvider.System);
    var all = await run.RunAsync(CodecChecks.Of(args[0] is "codec" ? SubjectKind.Codec : SubjectKind.Verifier), result => Console.WriteLine($"{result.Verdict} {result.Id} {result.Finding} {result.Reason}"), default);
    return all.All(result => result.Verdict is Verdict.Pass or Verdict.NotClaimed) ? 0 : 1;
}

using var target = await BrokerTarget.ConnectAsync(new Uri(args[0]), new Uri(args[1]), Waits.Usual, default);
var checks = new BrokerChecks(target, RunIdentity.New(args.Length > 4 ? long.Parse(args[4]) : 42), TimeProvider.System, args.Length > 3 ? int.Parse(args[3]) : 1);
var runner = new Runner(checks.RunAsync, 16, TimeSpan.FromMinutes(10), TimeProvider.System);
var results = await runner.RunAsync(CheckCatalogue.Of(SubjectKind.Broker).Where(check => args.Length < 3 || check.Id.Contains(args[2])), result =>
{
    if (result.Verdict is not Verdict.Pass) Console.WriteLine($"{result.Verdict} {result.Id} {result.Finding} {result.Reason}\n    {string.Join("\n    ", result.Script)}");
}, default);
Console.WriteLine($"{results.Count(result => result.Verdict is Verdict.Pass)} of {results.Count} passed, {results.Select(result => result.Check.Id).Distinct().Count()} checks; slowest {string.Join(", ", results.OrderByDescending(result => result.Took).Take(4).Select(result => $"{result.Id} {result.Took.TotalSeconds:0.0} s"))}");
return results.All(result => result.Verdict is Verdict.Pass) ? 0 : 1;
