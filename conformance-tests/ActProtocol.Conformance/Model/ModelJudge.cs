using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Model;

/// <summary>After a case that passed: gathers the signed records of all that happened in it, has the model judge them, and compares every balance that is left.</summary>
static class ModelJudge
{
    /// <exception cref="CheckFailedException">The broker's records, or its accounts, are not as the specification says; the finding names the record.</exception>
    public static async Task JudgeAsync(BrokerScenario scenario)
    {
        if (scenario.History.Events.All(entered => entered.Content.BodyCase is not Content.BodyOneofCase.Intent and not Content.BodyOneofCase.Fund)) return;
        if (scenario.History.Events.Sum(entered => entered.Decision.Accepted?.Transactions.Count ?? 0) > TransactionsMax) return;
        var waited = TimeSpan.Zero;
        for (var pause = TimeSpan.FromMilliseconds(5); ;)
        {
            var gathered = await GatherAsync(scenario);
            try
            {
                await CompareAsync(scenario, gathered);
                return;
            }
            // What is under way between partitions arrives a moment later, and what was gathered is no single moment of the broker.
            catch (CheckFailedException) when (waited < scenario.Target.Waits.DeliverMax)
            {
                if (await GatherAsync(scenario) is var again && again.Moments.Count == gathered.Moments.Count && waited > SettleMax * scenario.Target.Waits.Slow) throw;
                await Task.Delay(pause, scenario.Time, scenario.CancellationToken);
                waited += pause;
                pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 2, 200));
            }
        }
    }

    /// <summary>A case with more is about their number: to read each of them would take longer than the case.</summary>
    const int TransactionsMax = 2_000;

    /// <summary>How long credits between partitions may take when nothing else happens any more.</summary>
    static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(2);

    sealed record Gathered(IReadOnlyList<Moment> Moments, IReadOnlyDictionary<string, TransactionState> States);

    static async Task<Gathered> GatherAsync(BrokerScenario scenario)
    {
        await SettleUnansweredAsync(scenario);
        var moments = new Dictionary<(uint, ulong), Moment>();
        var states = new Dictionary<string, TransactionState>();
        foreach (var entered in scenario.History.Events)
        {
            if (entered.Content.Header.TransactionId.Length > 0) continue;
            var decision = entered.Decision;
            moments[(decision.Partition, decision.Position)] = new Moment(decision.Partition, decision.Position, decision.StampMs, null, entered);
        }
        foreach (var intent in moments.Values.Where(moment => moment.Event?.Content.Intent is not null).ToList())
        {
            foreach (var opened in intent.Event!.Decision.Accepted.Transactions)
            {
                if (await Records.OfAsync(scenario, opened.TransactionId.ToByteArray(), intent.Event.Content.Header.Home, [intent.Event.Content.Header.Sender, opened.Seller]) is not { } answer) continue;
                states[Convert.ToHexStringLower(opened.TransactionId.Span)] = answer.State;
                foreach (var record in answer.Records.Where(record => (record.Partition, record.Position) != (intent.Partition, intent.Position)))
                {
                    moments[(record.Partition, record.Position)] = new Moment(record.Partition, record.Position, record.StampMs, record, null);
                }
            }
        }
        return new Gathered([.. moments.Values.OrderBy(moment => (moment.Partition, moment.Position))], states);
    }

    // Outside transactions only: within one, the records tell.
    static async Task SettleUnansweredAsync(BrokerScenario scenario)
    {
        foreach (var envelope in scenario.History.Unanswered)
        {
            if (!TryParse(envelope.Content, out var content) || content.Header is not { TransactionId.Length: 0 } header) continue;
            if (scenario.Parties.FirstOrDefault(party => party.Id == header.Sender) is not { } sender) continue;
            var (answer, _) = await scenario.AskAsync(sender, new Ask { Outcome = new AskOutcome { MessageId = header.MessageId } }, header.Home);
            if (answer?.Outcome is { Known: true, Decision.Accepted: not null } known) scenario.Note(envelope, new Outcome.Taken(known.Decision));
        }
    }

    static async Task CompareAsync(BrokerScenario scenario, Gathered gathered)
    {
        CheckStamps(scenario, gathered.Moments);
        var registered = new Registered(scenario.History.Events);
        // Twice: what the others do to an account by the end is known after the first time, and then judges what funds there were.
        var first = new Replay(registered, null, scenario.Target.Discovery.Arbiter);
        foreach (var (account, amount) in scenario.History.FromOutside) first.Accounts.Credit(account, amount.CurrencyCode, Amounts.NanosOf(amount));
        first.Take(gathered.Moments);
        var replay = new Replay(registered, first.Accounts, scenario.Target.Discovery.Arbiter);
        foreach (var (account, amount) in scenario.History.FromOutside) replay.Accounts.Credit(account, amount.CurrencyCode, Amounts.NanosOf(amount));
        replay.Take(gathered.Moments);
        foreach (var trade in replay.Trades)
        {
            if (gathered.States.TryGetValue(trade.Id, out var state) && state != trade.State) throw Expectations.Failed($"AskTransaction of {trade.Id}", $"the state {trade.State}, by its records", state);
        }
        foreach (var principal in scenario.Parties.Where(party => party.Principal is null)) await CompareAccountAsync(scenario, replay.Accounts, principal);
        foreach (var mandate in replay.Mandates) await CompareMandateAsync(scenario, mandate);
    }

    static async Task CompareAccountAsync(BrokerScenario scenario, Accounts accounts, Party principal)
    {
        var lines = accounts.Lines.Where(line => line.Account == principal.Id).ToList();
        var (answer, refused) = await scenario.AskAsync(principal, new Ask { Account = new AskAccount { Account = principal.Id } });
        if (refused is not null) return;
        foreach (var (account, currency) in lines)
        {
            var balance = answer?.Account?.Balances.FirstOrDefault(balance => balance.Available?.CurrencyCode == currency);
            var (available, held) = (NanosOf(balance?.Available), NanosOf(balance?.Held));
            Expectations.Equal($"The account of {principal.Name} at the end, nanos of {currency} available, by the model", accounts.Available(account, currency), available);
            Expectations.Equal($"The account of {principal.Name} at the end, nanos of {currency} held, by the model", accounts.Held(account, currency), held);
        }
        var stray = answer?.Account?.Balances.FirstOrDefault(balance => balance.Available is { } money && NanosOf(money) + NanosOf(balance.Held) != 0 && !lines.Contains((principal.Id, money.CurrencyCode)));
        if (stray is not null) throw Expectations.Failed($"The account of {principal.Name} at the end", "nothing", stray.Available);
    }

    static async Task CompareMandateAsync(BrokerScenario scenario, Lodged mandate)
    {
        if (scenario.Parties.FirstOrDefault(party => party.Id == mandate.Terms.Account) is not { } principal) return;
        var (answer, refused) = await scenario.AskAsync(principal, new Ask { Mandate = new AskMandate { Mandate = ByteString.CopyFrom(Convert.FromHexString(mandate.Digest)) } });
        if (refused is not null) return;
        Expectations.Equal("AskMandate, revoked", mandate.Revoked, answer?.Mandate?.Revoked ?? false);
        foreach (var (currency, spent) in mandate.Spent)
        {
            Expectations.Equal($"AskMandate, nanos of {currency} spent (MAN-06)", spent, NanosOf(answer?.Mandate?.Spent.FirstOrDefault(money => money.CurrencyCode == currency)));
        }
    }

    /// <summary>JRN-10, and LED-06 by the partition of the directory, whose number is how many others there are.</summary>
    static void CheckStamps(BrokerScenario scenario, IReadOnlyList<Moment> moments)
    {
        foreach (var (before, after) in moments.Zip(moments.Skip(1)).Where(pair => pair.First.Partition == pair.Second.Partition))
        {
            Expectations.True($"{before}, then {after}", before.Stamp <= after.Stamp, $"a stamp not before {before.Stamp} (JRN-10)", after.Stamp);
        }
        if (moments.FirstOrDefault(moment => moment.Event?.Content.Register is not null) is not { Partition: var count }) return;
        foreach (var moment in moments.Where(moment => moment.Event?.Content.BodyCase is Content.BodyOneofCase.Intent or Content.BodyOneofCase.Mandate or Content.BodyOneofCase.Fund))
        {
            var home = moment.Event!.Content.Header.Home;
            Expectations.Equal($"The partition of {moment}, of {count} (LED-06)", home * count / 4096, moment.Partition);
        }
    }

    static Int128 NanosOf(Google.Type.Money? money) => money is null ? 0 : Amounts.NanosOf(money);

    static bool TryParse(ByteString bytes, out Content content)
    {
        try
        {
            content = Content.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            content = new Content();
            return false;
        }
    }
}
