using ActProtocol.V1;
using FsCheck.Xunit;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

public class EnvelopeTests
{
    const long Now = 1_900_000_000_000;

    static readonly SigningKey Key = SigningKey.FromSeed(new byte[32]);
    static readonly EnvelopeReader Reader = new("act://local/broker");

    [Fact]
    public void What_was_sealed_opens()
    {
        var (opened, refused) = Reader.Read(Sealing.Seal(Cancel(), Key), Now);

        Assert.Null(refused);
        Assert.True(SignatureRules.AllHold(opened!, thumbprint => thumbprint == Key.PublicKey.Thumbprint ? Key.PublicKey : null));
    }

    [Property]
    public bool One_changed_bit_is_seen(ushort where)
    {
        var sealedOne = Sealing.Seal(Cancel(), Key);
        var changed = sealedOne.Content.ToByteArray();
        changed[where / 8 % changed.Length] ^= (byte)(1 << (where % 8));
        var (opened, _) = Reader.Read(new Envelope { Content = ByteString.CopyFrom(changed), Signatures = { sealedOne.Signatures } }, Now);
        return opened is null || !SignatureRules.AllHold(opened, _ => Key.PublicKey);
    }

    [Property]
    public bool Any_bytes_are_read_without_a_fault(byte[] bytes) =>
        Reader.Read(new Envelope { Content = ByteString.CopyFrom(bytes) }, Now).Opened is null;

    [Fact]
    public void Content_cut_after_any_byte_is_refused()
    {
        var content = Cancel().ToByteArray();
        for (var length = 0; length < content.Length; length++)
        {
            Assert.NotNull(Reader.Read(new Envelope { Content = ByteString.CopyFrom(content, 0, length) }, Now).Refused);
        }
    }

    [Theory]
    [InlineData("act://local/Broker")]
    [InlineData("act://local/")]
    [InlineData("act://local/a/b")]
    [InlineData("act://local/-a")]
    [InlineData("http://local/a")]
    public void Ids_of_another_form_are_malformed(string sender) => Assert.Equal(ErrorCode.Malformed, CodeOf(content => content.Header.Sender = sender));

    [Fact]
    public void Each_fault_of_a_header_has_its_code()
    {
        Assert.Equal(ErrorCode.Malformed, CodeOf(content => content.Header.MessageId = ByteString.CopyFrom(new byte[16])));
        Assert.Equal(ErrorCode.Malformed, CodeOf(content => content.Header.MessageId = ByteString.CopyFrom(new byte[15])));
        Assert.Equal(ErrorCode.Malformed, CodeOf(content => content.Header.ExpiresAtMs = content.Header.SentAtMs));
        Assert.Equal(ErrorCode.Malformed, CodeOf(content => content.Header.Critical.Add("absent")));
        Assert.Equal(ErrorCode.VersionUnsupported, CodeOf(content => content.Header.VersionMajor = 2));
        Assert.Equal(ErrorCode.BrokerWrong, CodeOf(content => content.Header.Broker = "act://elsewhere/broker"));
        Assert.Equal(ErrorCode.BodyUnsupported, CodeOf(content => content.ClearBody()));
        Assert.Equal(ErrorCode.ClockSkew, CodeOf(content => (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (Now + 60_001, Now + 90_000)));
        Assert.Equal(ErrorCode.ExtensionUnsupported, CodeOf(content =>
        {
            content.Header.Extensions.Add(new V1.Extension { Name = "new" });
            content.Header.Critical.Add("new");
        }));
    }

    [Fact]
    public void A_later_minor_with_an_unknown_field_opens_with_its_bytes_intact()
    {
        var content = Cancel();
        content.Header.VersionMinor = 1;
        byte[] bytes = [.. content.ToByteArray(), 0xfa, 0x3f, 1, 7];
        var (opened, refused) = Reader.Read(new Envelope { Content = ByteString.CopyFrom(bytes) }, Now);

        Assert.Null(refused);
        Assert.Equal(bytes, opened!.Wire.Content.ToByteArray());
    }

    [Fact]
    public void A_field_that_stands_twice_is_malformed_at_any_depth()
    {
        var once = Cancel().ToByteArray();
        Assert.False(WireScan.IsWellFormed([.. once, .. once], Content.Descriptor));
        // Two members of the body: cancel (14) and deny (17).
        Assert.False(WireScan.IsWellFormed([.. once, 0x8a, 1, 0], Content.Descriptor));
        // header { version_major: 1 version_major: 2 }
        Assert.False(WireScan.IsWellFormed([0x0a, 4, 8, 1, 8, 2], Content.Descriptor));
        Assert.True(WireScan.IsWellFormed([0x0a, 2, 8, 1], Content.Descriptor));
        // header.sender that is not UTF-8; a group; a known field of the wrong wire type.
        Assert.False(WireScan.IsWellFormed([0x0a, 3, 0x2a, 1, 0xff], Content.Descriptor));
        Assert.False(WireScan.IsWellFormed([0x0b, 0x0c], Content.Descriptor));
        Assert.False(WireScan.IsWellFormed([0x08, 1], Content.Descriptor));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Keys_of_small_order_or_of_another_form_are_no_keys(string hex) => Assert.Null(VerifyingKey.TryImport(Convert.FromHexString(hex)));

    [Fact]
    public void A_thumbprint_is_that_of_RFC_8037() => Assert.Equal(
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        System.Buffers.Text.Base64Url.EncodeToString(VerifyingKey.ThumbprintOf(System.Buffers.Text.Base64Url.DecodeFromChars("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).ToArray()));

    static ErrorCode? CodeOf(Action<Content> spoil)
    {
        var content = Cancel();
        spoil(content);
        return Reader.Read(Sealing.Seal(content, Key), Now).Refused?.Code;
    }

    static Content Cancel() => new()
    {
        Header = new Header
        {
            VersionMajor = 1,
            MessageId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)7, 16)]),
            TransactionId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)9, 16)]),
            Sender = "act://local/buyer",
            Recipients = { "act://local/seller" },
            Broker = "act://local/broker",
            SentAtMs = Now,
            ExpiresAtMs = Now + 1000,
        },
        Cancel = new Cancel { Reason = "no" },
    };
}
