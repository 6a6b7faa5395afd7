using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Errors;

/// <summary>Every code of the registry, produced by a real envelope; and what is promised of refusals.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    /// <summary>Codes that no single envelope can be given by a sound engine, and where they are shown.</summary>
    static readonly Dictionary<ErrorCode, string> Elsewhere = new()
    {
        [ErrorCode.NotProven] = "StreamTests and ProofTests of the broker: only streams are proven, and refuse it before the engine sees it",
        [ErrorCode.Stopping] = "StopTests of the broker: its ways in close before the engine does",
        [ErrorCode.Overloaded] = $"{nameof(HostRefusalTests)}.{nameof(HostRefusalTests.A_full_queue_is_told_at_once)}",
        [ErrorCode.Internal] = $"{nameof(RepeatTests)}.{nameof(RepeatTests.An_append_of_unknown_outcome_is_told_as_unknown_and_the_same_bytes_settle_it)}",
    };

    static readonly Scenario[] Scenarios = [.. EdgeScenarios.All, .. TermsScenarios.All, .. MoneyScenarios.All];

    Market _market = null!;

    public static TheoryData<string> Names => [.. Scenarios.Select(scenario => scenario.ToString())];

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public void Every_code_of_the_registry_has_a_scenario() => Assert.Equal(
        ErrorRegistry.Entries.Select(entry => entry.Code).Order(),
        Scenarios.Select(scenario => scenario.Code).Concat(Elsewhere.Keys).Distinct().Order());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_refused_as_the_registry_says(string name)
    {
        var scenario = Scenarios.Single(item => item.ToString() == name);
        var envelope = await scenario.Arrange(_market);
        if (scenario.Code is not (ErrorCode.PartitionFenced or ErrorCode.ClockUnsure)) await _market.World.TransfersAsync();
        var before = await _market.RecordsAsync();

        var outcome = await _market.TryAsync(envelope);
        var records = await _market.RecordsAsync() - before;

        Assert.Equal((scenario.Code, scenario.Recorded, scenario.Recorded ? 1 : 0), (outcome.Code, outcome.Recorded, records));
        // What is recorded is decided; what the registry calls undecided never is.
        Assert.True(!scenario.Recorded || scenario.Code.Entry.Decided is Decided.Yes);
        var again = await _market.TryAsync(envelope);
        Assert.Equal((outcome.Decision, outcome.NotRecorded?.Code, records), (again.Decision, again.NotRecorded?.Code, await _market.RecordsAsync() - before));
        if (scenario.Recorded) await AssertProvableAsync(outcome.Decision!, envelope, scenario.Code);
    }

    // Before a signature holds, whoever asks learns nothing: not who is known, nor which key, nor what was wrong.
    [Fact]
    public async Task Before_a_signature_holds_all_answers_are_equal()
    {
        List<Google.Rpc.Status> answers = [];
        foreach (var scenario in EdgeScenarios.All.Where(item => item.Code is ErrorCode.SignatureInvalid))
        {
            answers.Add((await _market.TryAsync(await scenario.Arrange(_market))).NotRecorded!.ToWire());
        }
        Assert.True(answers.Count >= 8);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task A_version_that_is_not_supported_hears_which_are()
    {
        var scenario = EdgeScenarios.All.Single(item => item.Code is ErrorCode.VersionUnsupported);
        Assert.Equal("1.0-1.0", (await _market.TryAsync(await scenario.Arrange(_market))).NotRecorded!.Detail);
    }

    // Retry and mender are advice that people and programs follow: what follows from a row must fit its code.
    [Fact]
    public void Rows_do_not_contradict_themselves()
    {
        foreach (var entry in ErrorRegistry.Entries)
        {
            // A decided refusal sticks: the same bytes would only hear it again.
            Assert.False(entry is { Decided: Decided.Yes, Retry: Retry.SameBytes }, entry.Name);
            // Whoever must change the bytes cannot be helped by sending them again.
            Assert.False(entry is { Mender: Mender.Developer, Retry: Retry.SameBytes }, entry.Name);
            Assert.Equal(entry.Status is Grpc.Core.StatusCode.Unavailable or Grpc.Core.StatusCode.Internal, entry is { Mender: Mender.Operator, Retry: Retry.SameBytes });
        }
    }

    // As an acceptance is: a record of the broker's, with a proof that needs nothing but its key.
    async Task AssertProvableAsync(Decision decision, Envelope envelope, ErrorCode code)
    {
        var entry = await _market.Log.FindAsync((int)decision.Partition, (long)decision.Position, TestContext.Current.CancellationToken);
        var record = Record.Parser.ParseFrom(entry!.Record.Span);
        Assert.Equal((envelope, code), (record.Envelope, Refusal.FromWire(record.Decision.Refused)!.Code));
        Assert.Equal("true", record.Decision.Refused.Details[0].Unpack<Google.Rpc.ErrorInfo>().Metadata["decided"]);

        var header = Content.Parser.ParseFrom(envelope.Content).Header;
        if (header.TransactionId.IsEmpty) return;
        var ask = new Ask { Transaction = new AskTransaction { TransactionId = header.TransactionId } };
        var sender = header.Sender[(header.Sender.LastIndexOf('/') + 1)..];
        var answer = (await _market.World.AskAsync(sender, ask, header.Home)).Answer!.Transaction;
        var receipt = Assert.Single(answer.Records, item => item.Record.Span.SequenceEqual(entry.Record.Span));
        Assert.Null(new ReceiptVerifier(World.Broker, [World.ReceiptKey.PublicKey]).Verify(receipt).Fault);
    }
}
