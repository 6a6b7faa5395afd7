using System.Globalization;
using System.Text;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.V1;
using Google.Protobuf;
using Extension = ActProtocol.V1.Extension;

namespace ActProtocol.Conformance.Cases.Codecs;

/// <summary>Wire format and bodies.</summary>
static class Forms
{
    [Check("ENV-03.cut-anywhere", "Content that ends too early is refused, wherever it was cut.")]
    public static async Task CutAnywhere(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        var content = parties.Content(header => header.Follows = parties.Bytes(32), content => content.Cancel = new Cancel { Reason = new string('x', 100) }).ToByteArray();
        var head = content.Length - Raw.Fields(content)[^1].Length;
        await scenario.OkAsync("the whole of it", parties.Parse(content));
        for (var length = 0; length < content.Length; length++)
        {
            await scenario.RefusedAsync(length == head ? "body_unsupported" : "malformed", $"the first {length} of {content.Length} bytes", parties.Parse(content[..length]));
        }
    }

    [Check("ENV-03.singular-field-twice", "A singular field that stands twice is malformed, whichever copy would be taken.",
        Values = ["version_major", "message_id", "transaction_id", "sender", "broker", "follows", "sent_at_ms", "expires_at_ms", "home", "mandate", "traceparent"])]
    public static async Task SingularFieldTwice(CodecScenario scenario, string field)
    {
        var parties = scenario.Parties;
        var number = Header.Descriptor.FindFieldByName(field).FieldNumber;
        var content = parties.Content(header => (header.Follows, header.Mandate, header.Traceparent, header.Home) = (parties.Bytes(32), parties.Bytes(32), "00", 7)).ToByteArray();
        var other = parties.Content(header => (header.Follows, header.Mandate, header.Traceparent, header.Home, header.Sender) = (parties.Bytes(32), parties.Bytes(32), "01", 8, parties.Seller)).ToByteArray();
        var copy = Raw.Fields(Raw.Payload(other, 1)).Single(one => new CodedInputStream(one).ReadTag() >> 3 == number);
        var twin = parties.Parse(content);
        byte[] WithHeader(Func<byte[], byte[]> change) => Raw.With(content, 1, header => Raw.Bytes(1, change(Raw.Payload(header, 1))));
        await scenario.RefusedAsync("malformed", "another copy behind it", parties.Parse(WithHeader(header => [.. header, .. copy])), twin);
        await scenario.RefusedAsync("malformed", "another copy before it", parties.Parse(WithHeader(header => [.. copy, .. header])), twin);
    }

    [Check("ENV-03.two-bodies", "Two members of the body's oneof are malformed, in both orders.")]
    public static async Task TwoBodies(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        var content = parties.Content(null, content => content.Confirm = new Confirm()).ToByteArray();
        await scenario.OkAsync("one body", parties.Parse(content));
        foreach (var other in new[] { 12, 14, 17, 21 })
        {
            await scenario.RefusedAsync("malformed", $"body {other} behind it", parties.Parse([.. content, .. Raw.Bytes(other)]));
            await scenario.RefusedAsync("malformed", $"body {other} before it", parties.Parse([.. Raw.Bytes(other), .. content]));
        }
    }

    [Check("ENV-03.two-members-deep", "Two members of a oneof deep within a body are malformed.", Values = ["value", "terms", "constraint"])]
    public static Task TwoMembersDeep(CodecScenario scenario, string where)
    {
        var parties = scenario.Parties;
        // What stands in the two places, alone and beside another member.
        var (alone, both) = where switch
        {
            "value" => (Raw.Bytes(6, [.. Raw.Text(1, "a"), .. Raw.Bytes(2, Raw.Int(2, 1))]), Raw.Bytes(6, [.. Raw.Text(1, "a"), .. Raw.Bytes(2, [.. Raw.Int(2, 1), .. Raw.Text(1, "x")])])),
            "terms" => (Raw.Bytes(8, Raw.Bytes(1)), Raw.Bytes(8, [.. Raw.Bytes(1), .. Raw.Bytes(2)])),
            _ => (Raw.Bytes(3, Raw.Bytes(7)), Raw.Bytes(3, [.. Raw.Bytes(7), .. Raw.Bytes(5)])),
        };
        Request With(byte[] part) => where == "constraint"
            ? parties.Parse([.. Raw.Fields(parties.Intent().ToByteArray())[0], .. Raw.Bytes(10, part)])
            : parties.Parse([.. Raw.Fields(parties.Content().ToByteArray())[0], .. Raw.Bytes(11, [.. Raw.Bytes(1, scenario.Random.Bytes(32)), .. part])]);
        return scenario.RefusedAsync("malformed", $"two members of {where}", With(both), With(alone));
    }

    [Check("ENV-03.text-not-utf-8", "Text that is not UTF-8 is malformed in every field of text.",
        Values = ["sender", "recipients", "broker", "critical", "traceparent", "tracestate", "extension", "reason", "words", "attribute", "zone"])]
    public static async Task TextNotUtf8(CodecScenario scenario, string field)
    {
        var parties = scenario.Parties;
        var content = (field is "words" or "attribute" or "zone"
            ? parties.Intent(null, intent => (intent.Words, intent.Constraint) = ("plain!", new Constraint { HoursOfDay = new HoursOfDay { Attribute = "plain!", Zone = "plain!" } }))
            : parties.Content(header =>
            {
                (header.Traceparent, header.Tracestate) = ("plain!", "plain!");
                header.Extensions.Add(new Extension { Name = "plain1" });
            }, content => content.Cancel = new Cancel { Reason = "plain!" })).ToByteArray();
        foreach (var bad in (byte[][])[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xb8], [0x80]])
        {
            await scenario.RefusedAsync("malformed", Convert.ToHexStringLower(bad), parties.Parse(WithText(content, field, bad)));
        }
        await scenario.OkAsync("as it was", parties.Parse(content));
    }

    [Check("ENV-03.other-wire-type", "A known field with another wire type is malformed; one that is not known has any.", Values = ["number-as-bytes", "bytes-as-number", "bytes-as-64-bits", "number-as-32-bits", "body-as-number"])]
    public static Task OtherWireType(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var content = parties.Content(header => header.Home = 0).ToByteArray();
        byte[] InHeader(byte[] field) => Raw.With(content, 1, header => Raw.Bytes(1, [.. Raw.Payload(header, 1), .. field]));
        var bad = kind switch
        {
            "number-as-bytes" => InHeader(Raw.Bytes(11, 1)),
            "bytes-as-number" => InHeader(Raw.Int(12, 1)),
            "bytes-as-64-bits" => InHeader([.. Raw.Tag(8, 1), .. scenario.Random.Bytes(8)]),
            "number-as-32-bits" => InHeader([.. Raw.Tag(2, 5), 0, 0, 0, 0]),
            _ => [.. Raw.Fields(content)[0], .. Raw.Int(14, 1)],
        };
        var unknown = (byte[])[.. InHeader([.. Raw.Tag(900, 1), .. scenario.Random.Bytes(8), .. Raw.Int(901, 5), .. Raw.Bytes(902, 1, 2)]), .. Raw.Tag(4000, 5), .. scenario.Random.Bytes(4)];
        return scenario.RefusedAsync("malformed", kind, parties.Parse(bad), parties.Parse(unknown));
    }

    [Check("ENV-03.broken-wire-format", "Broken wire format is malformed at the end of content and within its header.",
        Values = ["group", "end-group", "wire-type-6", "wire-type-7", "field-0", "varint-11-bytes", "varint-beyond-64-bits", "tag-beyond-32-bits", "length-beyond-the-end", "length-2-63", "fixed-64-cut", "fixed-32-cut", "varint-cut"])]
    public static async Task BrokenWireFormat(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var content = parties.Content().ToByteArray();
        byte[] bad = kind switch
        {
            "group" => [.. Raw.Tag(900, 3), .. Raw.Tag(900, 4)],
            "end-group" => Raw.Tag(900, 4),
            "wire-type-6" => [.. Raw.Tag(900, 6), 0],
            "wire-type-7" => [.. Raw.Tag(900, 7), 0],
            "field-0" => [0, 0],
            "varint-11-bytes" => [.. Raw.Tag(900, 0), .. Raw.LongVarint(5, 11)],
            "varint-beyond-64-bits" => [.. Raw.Tag(900, 0), .. Enumerable.Repeat((byte)0xff, 9), 2],
            "tag-beyond-32-bits" => [.. Raw.Varint(1UL << 32), 0],
            "length-beyond-the-end" => [.. Raw.Tag(900, 2), 5, 1, 2, 3],
            "length-2-63" => [.. Raw.Tag(900, 2), .. Raw.Varint(1UL << 63)],
            "fixed-64-cut" => [.. Raw.Tag(900, 1), 1, 2, 3, 4, 5, 6, 7],
            "fixed-32-cut" => [.. Raw.Tag(900, 5), 1, 2, 3],
            _ => [.. Raw.Tag(900, 0), 0x80],
        };
        var twin = parties.Parse((byte[])[.. content, .. Raw.Int(900, 5)]);
        await scenario.RefusedAsync("malformed", "at the end", parties.Parse([.. content, .. bad]), twin);
        await scenario.RefusedAsync("malformed", "in the header", parties.Parse(Raw.With(content, 1, header => Raw.Bytes(1, [.. Raw.Payload(header, 1), .. bad]))), twin);
    }

    [Check("ENV-03.unusual-encodings-hold", "Fields in any order, long varints, defaults written out, unknown fields and unknown numbers of enums are accepted, and signed as they are.",
        Values = ["reversed", "long-varints", "defaults", "unknown-fields", "unknown-enum", "packed-nothing"])]
    public static async Task UnusualEncodings(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var content = parties.Content().ToByteArray();
        byte[] InHeader(Func<byte[], byte[]> change) => Raw.With(content, 1, header => Raw.Bytes(1, change(Raw.Payload(header, 1))));
        byte[] unusual = kind switch
        {
            "reversed" => Raw.Reversed(InHeader(Raw.Reversed)),
            "long-varints" => InHeader(header => [.. Raw.With(header, 1, _ => [.. Raw.LongVarint(8, 5), .. Raw.LongVarint(1, 10)])]),
            "defaults" => InHeader(header => [.. header, .. Raw.Int(2, 0), .. Raw.Bytes(8), .. Raw.Bytes(12), .. Raw.Bytes(15)]),
            "unknown-fields" => [.. Raw.Bytes(5000, scenario.Random.Bytes(50)), .. InHeader(header => [.. Raw.Int(777, 1), .. header, .. Raw.Int(777, 2)]), .. Raw.Bytes(5000, 0xff, 0xff)],
            "unknown-enum" => parties.Content(null, body => body.Quote = new Quote { Intent = parties.Bytes(32), Terms = new Terms { Cancel = (CancelTerms)77 } }).ToByteArray(),
            _ => InHeader(header => [.. header, .. Raw.Bytes(3333)]),
        };
        var opened = await scenario.OkAsync(kind, parties.Verify(unusual));
        Expectations.Equal("sender", parties.Buyer, opened.Text("sender"));
    }

    [Check("ENV-03.depth", "40 levels of messages are read, 41 are malformed, and what is unknown is not looked into.")]
    public static async Task Depth(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        // Content, intent and constraint are three levels, each 'not' adds two, and a comparison one; a value is the next.
        byte[] Nested(byte[] compare)
        {
            var node = Raw.Bytes(1, compare);
            for (var i = 0; i < 18; i++) node = Raw.Bytes(7, Raw.Bytes(1, node));
            return [.. Raw.Fields(parties.Intent().ToByteArray())[0], .. Raw.Bytes(10, Raw.Bytes(3, node))];
        }
        await scenario.RefusedAsync("malformed", "41 levels", parties.Parse(Nested([.. Raw.Text(1, "a"), .. Raw.Bytes(3)])), parties.Parse(Nested(Raw.Text(1, "a"))));
        var unknown = (byte[])[];
        for (var i = 0; i < 8000; i++) unknown = Raw.Bytes(7, unknown);
        await scenario.OkAsync("an unknown field that looks like many levels", parties.Parse((byte[])[.. parties.Content().ToByteArray(), .. Raw.Bytes(5000, unknown)]));
    }

    [Check("ENV-04.size", "Content of 65,536 bytes is read, one byte more is too large, whatever it says.")]
    public static async Task Size(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        byte[] Filled(int size)
        {
            var content = parties.Content().ToByteArray();
            return [.. content, .. Raw.Bytes(5000, scenario.Random.Bytes(size - content.Length - 6))];
        }
        await scenario.RefusedAsync("too_large", "65,537 bytes", parties.Parse(Filled(65_537)), parties.Parse(Filled(65_536)));
    }

    [Check("ENV-08.body-unknown", "No body, or one of a number that nobody knows, is refused as such.", Values = ["none", "25", "39", "99", "536870911"])]
    public static Task BodyUnknown(CodecScenario scenario, string number)
    {
        var parties = scenario.Parties;
        var head = Raw.Fields(parties.Content().ToByteArray())[0];
        var body = number == "none" ? [] : Raw.Bytes(int.Parse(number, CultureInfo.InvariantCulture), scenario.Random.Bytes(9));
        return scenario.RefusedAsync("body_unsupported", $"body {number}", parties.Parse((byte[])[.. head, .. body]), parties.Parse((byte[])[.. head, .. Raw.Bytes(18)]));
    }

    [Check("ENV-17.form", "A body that breaks its row is malformed; at its bounds it is well-formed.",
        Values = ["quote", "counter", "lock", "commit", "approve", "decline", "cancel", "deny", "refund", "resolve", "dispute", "fulfil", "evidence", "revoke_mandate", "register", "register-kind", "register-agent", "rotate_key",
            "rotate_key-validity", "revoke_key", "recover_key", "cancel_recovery", "enter_foreign", "update_listing", "fund", "fund-reference", "request_payout", "close_payout", "close_payout-reference", "ask", "ask-page"])]
    public static Task Form(CodecScenario scenario, string row)
    {
        var parties = scenario.Parties;
        var (within, bad, good) = BodyRows.Of(parties, row);
        Request With(Action<Content> body) => parties.Parse(parties.Content(header => header.TransactionId = within ? header.TransactionId : ByteString.Empty, body));
        return scenario.RefusedAsync("malformed", row, With(bad), With(good));
    }

    /// <summary>A body of this kind in its right form, and whether it belongs to a transaction.</summary>
    internal static (bool Within, Action<Content> Body) Body(Parties parties, string kind)
    {
        Action<Content> body = kind switch
        {
            "cancel" => content => content.Cancel = new Cancel { Reason = parties.Name() },
            "confirm" => content => content.Confirm = new Confirm(),
            "accept" => content => content.Accept = new Accept(),
            "intent" => content => content.Intent = parties.Intent().Intent,
            "quote" => content => content.Quote = new Quote { Intent = parties.Bytes(32) },
            "lock" => content => content.Lock = new V1.Lock { Quote = parties.Bytes(32) },
            "commit" => content => content.Commit = new Commit { Quote = parties.Bytes(32) },
            "fund" => content => content.Fund = new Fund { Account = parties.Buyer, Reference = parties.Name() },
            "ask" => content => content.Ask = new Ask { Payouts = new AskPayouts() },
            "mandate" => content => content.Mandate = new Mandate(),
            _ => content => content.AcceptClock = new AcceptClock(),
        };
        return (kind is "cancel" or "confirm" or "accept" or "quote" or "lock" or "commit", body);
    }

    // Each place where the field stands, filled with other bytes of the same sort.
    static byte[] WithText(byte[] content, string field, byte[] bad)
    {
        byte[] Header(int number) => Raw.With(content, 1, header => Raw.Bytes(1, Raw.With(Raw.Payload(header, 1), number, _ => Raw.Bytes(number, bad))));
        byte[] Hours(int number) => Raw.With(content, 10, intent => Raw.Bytes(10, Raw.With(Raw.Payload(intent, 10), 3, constraint => Raw.Bytes(3, Raw.With(Raw.Payload(constraint, 3), 4,
            hours => Raw.Bytes(4, Raw.With(Raw.Payload(hours, 4), number, _ => Raw.Bytes(number, bad))))))));
        return field switch
        {
            "sender" => Header(5),
            "recipients" => Header(6),
            "broker" => Header(7),
            "critical" => Raw.With(content, 1, header => Raw.Bytes(1, [.. Raw.Payload(header, 1), .. Raw.Bytes(14, bad)])),
            "traceparent" => Header(15),
            "tracestate" => Header(16),
            "extension" => Raw.With(content, 1, header => Raw.Bytes(1, Raw.With(Raw.Payload(header, 1), 13, extension => Raw.Bytes(13, Raw.Bytes(1, bad))))),
            "reason" => Raw.With(content, 14, _ => Raw.Bytes(14, Raw.Bytes(1, [.. Encoding.UTF8.GetBytes("plain"), .. bad]))),
            "words" => Raw.With(content, 10, intent => Raw.Bytes(10, Raw.With(Raw.Payload(intent, 10), 1, _ => Raw.Bytes(1, bad)))),
            "attribute" => Hours(1),
            _ => Hours(2),
        };
    }
}
