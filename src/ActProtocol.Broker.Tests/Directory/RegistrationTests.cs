using System.Net;
using ActProtocol.Broker.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Broker.Directory;

/// <summary>Entries are free for whoever makes them, and stay for ever: their rate is bounded.</summary>
public class RegistrationTests
{
    readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task An_address_that_registers_without_end_waits_and_what_is_entered_is_told_again()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { AddressRegistrationsMax = 3, AddressRegistrationsPerSecond = 1 }, _time);
        await broker.EnterAsync("a");
        var third = Newcomer(broker, "b-owner");
        var decision = (await SendAsync(broker, third)).Decision;

        var fourth = Newcomer(broker, "c-owner");
        var refused = Refusal.FromWire((await Assert.ThrowsAsync<RpcException>(() => SendAsync(broker, fourth))).GetRpcStatus())!;
        Assert.Equal(ErrorCode.QuotaExceeded, refused.Code);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
        // Others of the same address go on, and so does who only asks what became of it.
        Assert.NotNull((await broker.SendAsync("a-owner", new Content { Fund = new Fund { Account = TestBroker.IdOf("a-owner"), Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = "1" } })).Accepted);
        Assert.Equal(decision, (await SendAsync(broker, third)).Decision);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await SendAsync(broker, fourth)).Decision.Accepted);
    }

    [Fact]
    public void One_address_uses_up_nothing_of_the_others_and_all_together_have_a_bound()
    {
        var budget = new RegistrationBudget(new BrokerOptions { Data = "x", RegistrationsMax = 10, RegistrationsPerSecond = 5, AddressRegistrationsMax = 4, AddressRegistrationsPerSecond = 1 }, _time);
        Assert.Equal(4, Enumerable.Range(0, 1_000).Count(_ => budget.Take(Address(0)) is null));
        Assert.Equal(6, Enumerable.Range(1, 1_000).Count(i => budget.Take(Address(i)) is null));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Enumerable.Range(0, 1_000).Count(i => budget.Take(Address(i)) is null));
    }

    [Fact]
    public void Addresses_are_forgotten_once_all_that_they_took_has_come_back()
    {
        var budget = new RegistrationBudget(new BrokerOptions { Data = "x", RegistrationsMax = 4_096, RegistrationsPerSecond = 1_000_000 }, _time);
        for (var i = 0; i < 50_000; i++)
        {
            Assert.Null(budget.Take(Address(i)));
            if (i % 500 == 0) _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(budget.AddressesCount, 1, 2_048);
    }

    static IPAddress Address(int number) => new(unchecked((byte[])[10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]));

    static Envelope Newcomer(TestBroker broker, string name) =>
        broker.Seal(name, new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = broker.KeyBytes(name) } });

    static async Task<SendResponse> SendAsync(TestBroker broker, Envelope envelope) =>
        await broker.Broker.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop);
}
