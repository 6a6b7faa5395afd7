using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;
using Google.Protobuf;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Envelopes;

/// <summary>What a later minor version writes is kept to the byte, and refused only where it says so itself.</summary>
public sealed class VersionTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task An_unknown_field_of_version_1_1_is_accepted_journaled_and_delivered_as_it_came()
    {
        var content = _market.IntentTo("seller");
        content.Header.VersionMinor = 1;
        content.Header.Extensions.Add(new V1.Extension { Name = "of-later", Value = ByteString.CopyFromUtf8("kept") });
        // Field 900 with three bytes, behind everything else; and field 901 within the intent.
        byte[] bytes = [.. _market.World.Fill("buyer", content).ToByteArray(), 0xa2, 0x38, 3, 1, 2, 3];
        var envelope = Signed(bytes, _market.World.KeyOf("buyer"));

        var decision = await _market.World.SendAsync(envelope);
        Assert.NotNull(decision.Accepted);
        await _market.World.TurnAsync();

        var journaled = await _market.Log.FindAsync((int)decision.Partition, (long)decision.Position, TestContext.Current.CancellationToken);
        Assert.Equal(bytes, Record.Parser.ParseFrom(journaled!.Record.Span).Envelope.Content.ToByteArray());
        var delivered = _market.World.Mails.Single(mail => mail.Agent == World.Id("seller"));
        Assert.Equal(bytes, Record.Parser.ParseFrom(delivered.Receipt.Record).Envelope.Content.ToByteArray());
        Assert.Equal(decision, await _market.World.SendAsync(envelope));
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task The_same_field_in_a_step_of_a_transaction_changes_nothing_about_it()
    {
        var deal = await _market.BringAsync(TransactionState.Quoted);
        var content = Steps.Of(StepKind.Lock, deal);
        content.Header = deal.HeaderFor(Role.Buyer);
        content.Header.VersionMinor = 7;
        byte[] bytes = [.. _market.World.Fill("buyer", content).ToByteArray(), 0xa2, 0x38, 0];
        Assert.Equal(TransactionState.Locked, (await _market.World.SendAsync(Signed(bytes, _market.World.KeyOf("buyer")))).Accepted.State);
    }

    static Envelope Signed(byte[] bytes, SigningKey key) => new()
    {
        Content = ByteString.CopyFrom(bytes),
        Signatures =
        {
            new Signature
            {
                Suite = SignatureSuite.Ed25519,
                Key = key.PublicKey.Thumbprint.ToWire(),
                Value = ByteString.CopyFrom(key.Sign(SignedBytes.Of(SignedBytes.EnvelopeTag, bytes))),
            },
        },
    };
}
