using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Agents;

/// <summary>One ordinary conversation with the subject in a run, for all checks that only look at what it sent.</summary>
sealed class SharedTalk(AgentOptions options, RunIdentity run, TimeProvider time) : IAsyncDisposable
{
    const string Name = "ordinary-conversation";

    /// <summary>Intents that a seller is asked in it.</summary>
    public const int IntentsMax = 100;

    readonly SemaphoreSlim _one = new(1);
    AgentScenario? _scenario;
    Exception? _fault;

    public async Task<AgentScenario> SellerAsync(CancellationToken cancellationToken) => await OnceAsync(async () =>
    {
        var scenario = new SellerScenario(options, run, Name, exact: false, this, time, cancellationToken);
        return (scenario, () => TalkToSellerAsync(scenario));
    }, cancellationToken);

    public async Task<AgentScenario> BuyerAsync(CancellationToken cancellationToken) => await OnceAsync(async () =>
    {
        var scenario = new BuyerScenario(options, run, Name, exact: false, this, time, cancellationToken);
        return (scenario, () => BuyerTalk.RunAsync(scenario));
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_scenario is not null) await _scenario.DisposeAsync();
        _one.Dispose();
    }

    async Task<AgentScenario> OnceAsync(Func<Task<(AgentScenario, Func<Task>)>> begin, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_scenario is null)
            {
                (_scenario, var talk) = await begin();
                try
                {
                    await talk();
                }
                catch (Exception fault) when (fault is CheckFailedException or UntestedException)
                {
                    _fault = fault;
                }
            }
            // Whatever was sent until then can be looked at.
            return _fault is null || _scenario.Stage.Steps.Count > 0 ? _scenario : throw new UntestedException($"The ordinary conversation on which it builds failed: {_fault.Message}");
        }
        finally
        {
            _one.Release();
        }
    }

    static async Task TalkToSellerAsync(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var random = scenario.Stage.Random.Of("intents");
        List<SellerDeal> deals = [];
        for (var i = 0; i < IntentsMax; i++)
        {
            // Of any budget and any life, some of them with words that nobody understands.
            var (units, minutes) = (1 + random.Number((int)scenario.Options.Sells.PriceTo), 1 + random.Number(10_000));
            deals.Add(scenario.Ask(intent =>
            {
                if (random.Number(3) > 0) intent.Budget.Units = units;
                if (random.Number(3) > 0) intent.ExpiresAtMs = scenario.Stage.NowMs + (minutes * 60_000L);
                if (random.Number(5) == 0) intent.Words = "\u202e<b>\u0007 {{words}}";
                if (random.Number(5) == 0) intent.MaxLocks = 3;
            }));
        }
        foreach (var deal in deals) await deal.AnsweredAsync();
        foreach (var deal in deals.Where(deal => deal.Transaction.State is TransactionState.Quoted).Take(5))
        {
            deal.Lock();
            await scenario.Stage.UntilAsync("an answer to the lock", () => deal.Said(StepKind.Confirm).Concat(deal.Said(StepKind.Decline)).FirstOrDefault());
            if (deal.Transaction.State is TransactionState.Confirmed) await deal.AcknowledgedAsync(deal.Commit());
        }
    }
}
