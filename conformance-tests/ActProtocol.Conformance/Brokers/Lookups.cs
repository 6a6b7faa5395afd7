using ActProtocol.V1;
using Grpc.Core;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What the directory, the accounts and the health service say to whoever asks.</summary>
static class Lookups
{
    static readonly Method<byte[], byte[]> HealthCheck =
        new(MethodType.Unary, "grpc.health.v1.Health", "Check", Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(bytes => bytes, bytes => bytes));

    /// <summary>An entry that is there.</summary>
    public static async Task<DirectoryEntry> EntryAsync(this BrokerScenario scenario, string id) =>
        await scenario.FindEntryAsync(id) is var outcome && outcome is Outcome.Answered { Answer: DirectoryEntry entry } ? entry : throw Failed($"the entry of {id}", "an answer", outcome);

    public static Task<Outcome> FindEntryAsync(this BrokerScenario scenario, string id) =>
        AnswerAsync(scenario, $"GetEntry {id}", async () => await scenario.Target.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, scenario.Options()));

    public static Task<Outcome> FindAsync(this BrokerScenario scenario, FindSellersRequest request) =>
        AnswerAsync(scenario, $"FindSellers {request.Capability}", async () => await scenario.Target.Directory.FindSellersAsync(request, scenario.Options()));

    /// <summary>A page of sellers that is there.</summary>
    public static async Task<FindSellersResponse> SellersAsync(this BrokerScenario scenario, FindSellersRequest request) =>
        await scenario.FindAsync(request) is var outcome && outcome is Outcome.Answered { Answer: FindSellersResponse page } ? page : throw Failed($"sellers with {request.Capability}", "an answer", outcome);

    /// <summary>Nanos of XTS that are held of a principal's account, in its own words to the principal.</summary>
    public static async Task<Int128> HeldAsync(this BrokerScenario scenario, Party principal)
    {
        var (answer, refused) = await scenario.AskAsync(principal, new Ask { Account = new AskAccount { Account = principal.Id } });
        if (answer?.Account is not { } account) throw Failed($"the account of {principal.Name}", "an answer", refused?.ToString() ?? "another answer");
        return account.Balances.Where(balance => balance.Held?.CurrencyCode == Xts.Code).Aggregate(Int128.Zero, (sum, balance) => sum + Xts.NanosOf(balance.Held));
    }

    /// <summary>The serialised answer of the health service for a name.</summary>
    public static async Task<byte[]> HealthAsync(this BrokerScenario scenario, string service)
    {
        var request = new Encodings.WireMessage();
        if (service.Length > 0) request.Add(Encodings.WireField.Of(1, service));
        try
        {
            return await scenario.Target.Channel.CreateCallInvoker().AsyncUnaryCall(HealthCheck, null, scenario.Options(), request.ToBytes());
        }
        catch (RpcException fault)
        {
            throw Failed($"health of '{service}'", "an answer", fault.Status);
        }
    }

    static async Task<Outcome> AnswerAsync<T>(BrokerScenario scenario, string what, Func<Task<T>> call) where T : Google.Protobuf.IMessage
    {
        scenario.Transcript.Add(sent: true, what, "", []);
        try
        {
            var answer = await call();
            scenario.Transcript.Add(sent: false, "answer", answer.Descriptor.FullName, Google.Protobuf.MessageExtensions.ToByteArray(answer));
            return new Outcome.Answered(answer);
        }
        catch (RpcException fault)
        {
            return scenario.Refusal(fault);
        }
    }
}
