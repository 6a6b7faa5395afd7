using System.Text;
using ActProtocol.V1;
using FsCheck.Xunit;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

/// <summary>What a replay reads in place is what the parser read when the envelope came.</summary>
public class JournaledContentTests
{
    readonly TextPool _texts = new();

    [Property(MaxTest = 300)]
    public void A_header_read_in_place_says_what_the_parsed_one_says(byte recipients, bool within, bool follows, bool mandated, uint home, long expiresAt, byte order)
    {
        var header = new Header
        {
            VersionMajor = 1,
            MessageId = Bytes(Id16.Length, 3),
            Sender = $"act://local/agent-{home % 5}",
            Broker = "act://local/broker",
            Recipients = { Enumerable.Range(0, recipients % 4).Select(i => $"act://local/seller-{i}") },
            SentAtMs = 1,
            ExpiresAtMs = expiresAt,
            Home = home % ActId.Buckets,
            Extensions = { new V1.Extension { Name = "x", Value = Bytes(5, 1) } },
            Traceparent = "00-trace",
        };
        if (within) header.TransactionId = Bytes(Id16.Length, 7);
        if (follows) header.Follows = Bytes(Digest.Length, 11);
        if (mandated) header.Mandate = Bytes(Digest.Length, 13);
        var content = Serialised(header, new Content { Lock = new V1.Lock { Quote = Bytes(Digest.Length, 17) } }, order % 3);

        var parsed = OpenedEnvelope.FromJournal(new Envelope { Content = ByteString.CopyFrom(content) });
        var inPlace = OpenedEnvelope.FromJournal(content, _texts);

        Assert.Equal(PartsOf(parsed), PartsOf(inPlace));
        Assert.Equal(parsed.Recipients, inPlace.Recipients);
        Assert.Equal(parsed.Content.Lock, inPlace.Content.Lock);
    }

    [Fact]
    public void A_number_of_more_than_32_bits_is_cut_as_the_parser_cuts_it()
    {
        byte[] header = [.. new Header { MessageId = Bytes(Id16.Length, 3) }.ToByteArray(), Header.HomeFieldNumber << 3, 0x85, 0x80, 0x80, 0x80, 0x10];
        byte[] content = [Content.HeaderFieldNumber << 3 | 2, (byte)header.Length, .. header, .. new Content { Confirm = new Confirm() }.ToByteArray()];

        Assert.Equal(5, OpenedEnvelope.FromJournal(new Envelope { Content = ByteString.CopyFrom(content) }).Home);
        Assert.Equal(5, OpenedEnvelope.FromJournal(content, _texts).Home);
    }

    [Fact]
    public void A_content_without_a_header_is_not_taken_for_one() =>
        Assert.Throws<InvalidOperationException>(() => OpenedEnvelope.FromJournal(new Content { Confirm = new Confirm() }.ToByteArray(), _texts));

    [Property(MaxTest = 1_000)]
    public void A_pool_gives_the_text_that_the_bytes_are(string? text, byte again)
    {
        var utf8 = Encoding.UTF8.GetBytes($"act://local/{text}");
        for (var i = 0; i <= again % 3; i++) Assert.Equal(Encoding.UTF8.GetString(utf8), _texts.Of(utf8));
    }

    [Fact]
    public void An_id_that_comes_again_is_the_same_string()
    {
        var first = _texts.Of("act://local/buyer-1"u8);

        Assert.NotSame(first, _texts.Of("act://local/buyer-2"u8));
        Assert.Same(first, _texts.Of("act://local/buyer-1"u8));
    }

    // In one of the orders that are allowed, with a field that no parser of this version knows.
    static byte[] Serialised(Header header, Content body, int order)
    {
        byte[] first = new Content { Header = header }.ToByteArray();
        byte[] unknown = [0xf8, 0x3f, 1]; // Field 1023, a varint.
        return order switch
        {
            0 => [.. first, .. body.ToByteArray(), .. unknown],
            1 => [.. body.ToByteArray(), .. first],
            _ => [.. unknown, .. first, .. body.ToByteArray()],
        };
    }

    static ByteString Bytes(int length, byte first) => ByteString.CopyFrom([.. Enumerable.Range(first, length).Select(i => (byte)i)]);

    static (Digest, Id16, Id16, string, Digest, Digest, int, long, StepKind) PartsOf(OpenedEnvelope opened) => (
        opened.Digest, opened.MessageId, opened.TransactionId, opened.Sender, opened.Follows, opened.Mandate, opened.Home, opened.ExpiresAtMs, opened.Step);
}
