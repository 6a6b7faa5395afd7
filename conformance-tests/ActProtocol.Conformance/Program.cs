using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

using var target = await BrokerTarget.ConnectAsync(new Uri(args[0]), new Uri(args[1]), Waits.Usual, default);
var checks = new BrokerChecks(target, RunIdentity.New(42), TimeProvider.System);
var runner = new Runner(checks.RunAsync, 16, TimeSpan.FromMinutes(10), TimeProvider.System);
var results = await runner.RunAsync(CheckCatalogue.Of(SubjectKind.Broker), result => Console.WriteLine($"{result.Verdict} {result.Id} {result.Finding} {result.Reason}"), default);
return results.All(result => result.Verdict is Verdict.Pass) ? 0 : 1;
