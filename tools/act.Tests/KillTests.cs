using System.Collections.Concurrent;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Tools;

/// <summary>A broker that is killed again and again under load: nothing acknowledged is lost, nothing happens twice.</summary>
/// <remarks>ACT_KILLS sets the number of kills; without it there are 20.</remarks>
public class KillTests
{
    const int Senders = 4;

    static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("ACT_KILLS"), out var kills) ? kills : 20;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_every_kill_and_counts_once()
    {
        var folder = Directory.CreateTempSubdirectory("act-kill-").FullName;
        var owner = ActIdentity.LoadOrCreate(Path.Combine(folder, "owner.json"), "act://local/owner", "act://local/owner");
        var all = new ConcurrentDictionary<Envelope, Decision?>();

        for (var round = 0; round < Kills; round++)
        {
            await using var broker = await RunningBroker.StartAsync(folder);
            if (round == 0) await RegisterAsync(broker, owner);
            await ResendAsync(broker, all);
            await LoadUntilKilledAsync(broker, owner, all, killAfter: 5 + (round * 37 % 90));
        }

        await using var last = await RunningBroker.StartAsync(folder);
        await ResendAsync(last, all);
        using var client = await ClientOfAsync(last);
        var answer = await client.AskAsync(new Ask { Account = new AskAccount { Account = owner.Id } }, owner, TestContext.Current.CancellationToken);
        Assert.Equal(new Money((Int128)all.Count * Money.NanosPerUnit, "CNY"), Money.FromWire(answer.Account.Balances.Single().Available));
    }

    // Every envelope sent so far, acknowledged or not: the acknowledged get the same answer, the others one now.
    static async Task ResendAsync(RunningBroker broker, ConcurrentDictionary<Envelope, Decision?> all)
    {
        using var channel = GrpcChannel.ForAddress(broker.Grpc);
        var service = new BrokerService.BrokerServiceClient(channel);
        foreach (var (envelope, acknowledged) in all.ToArray())
        {
            var answer = await service.SendAsync(new SendRequest { Envelope = envelope });
            if (acknowledged is not null) Assert.Equal(acknowledged, answer.Decision);
            all[envelope] = answer.Decision;
        }
    }

    static async Task LoadUntilKilledAsync(RunningBroker broker, ActIdentity owner, ConcurrentDictionary<Envelope, Decision?> all, int killAfter)
    {
        using var client = await ClientOfAsync(broker);
        using var channel = GrpcChannel.ForAddress(broker.Grpc);
        var service = new BrokerService.BrokerServiceClient(channel);
        var acknowledged = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var header = client.NewHeader(owner);
                var fund = new Fund { Account = owner.Id, Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = header.MessageId.ToBase64() };
                var envelope = Sealing.Seal(new Content { Header = header, Fund = fund }, owner.Signer);
                all[envelope] = null;
                try
                {
                    all[envelope] = (await service.SendAsync(new SendRequest { Envelope = envelope })).Decision;
                }
                catch (RpcException)
                {
                    return; // Killed: what became of it is not known.
                }
                if (Interlocked.Increment(ref acknowledged) == killAfter) broker.Kill();
            }
        })));
    }

    static async Task<ActClient> ClientOfAsync(RunningBroker broker) =>
        new(broker.Grpc, await BrokerInfo.FetchAsync(broker.Json, TestContext.Current.CancellationToken));

    static async Task RegisterAsync(RunningBroker broker, ActIdentity owner)
    {
        using var client = await ClientOfAsync(broker);
        var register = new Register { Kind = EntryKind.Principal, SigningKey = ByteString.CopyFrom(owner.Signer.PublicKey.Bytes.Span) };
        (await client.SendAsync(new Content { Header = client.NewHeader(owner), Register = register }, owner, TestContext.Current.CancellationToken)).OrThrow();
    }
}
