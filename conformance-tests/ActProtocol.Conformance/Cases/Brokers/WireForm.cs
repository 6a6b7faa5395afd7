using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class WireForm
{
    // Where in the content of a listing a fault is put: content, header, listing, price, amount.
    static readonly uint[][] Places = [[], [1], [56, 2], [56, 2, 5], [56, 2, 5, 2]];

    static readonly int[] WireTypes = [0, 1, 2, 5];

    static readonly Dictionary<string, Action<WireMessage>> Broken = new()
    {
        ["varint-of-11-bytes"] = wire => wire.Add(WireField.Varint(4_999, 1) with { ValueBytes = 11 }),
        ["varint-beyond-64-bits"] = wire => wire.Add(WireField.Verbatim([.. Tag(4_999, 0), .. Enumerable.Repeat((byte)0xff, 9), 2])),
        ["varint-cut"] = wire => wire.Add(WireField.Verbatim([.. Tag(4_999, 0), 0x80])),
        ["tag-beyond-32-bits"] = wire => wire.Add(WireField.Verbatim([0x80, 0x80, 0x80, 0x80, 0x80, 1, 0])),
        ["tag-cut"] = wire => wire.Add(WireField.Verbatim([0x80])),
        ["field-number-0"] = wire => wire.Add(WireField.Varint(0, 1)),
        ["zero-byte-at-the-end"] = wire => wire.Add(WireField.Verbatim([0])),
        ["group"] = wire => wire.Add(new WireField(4_999, 3)).Add(new WireField(4_999, 4)),
        ["end-of-no-group"] = wire => wire.Add(new WireField(4_999, 4)),
        ["wire-type-6"] = wire => wire.Add(new WireField(4_999, 6)),
        ["wire-type-7"] = wire => wire.Add(new WireField(4_999, 7)),
        ["length-beyond-the-end"] = wire => wire.Add(WireField.Of(4_999, [1, 2, 3]) with { Length = 4 }),
        ["length-of-63-bits"] = wire => wire.Add(WireField.Of(4_999, [1, 2, 3]) with { Length = 1UL << 63 }),
        ["length-of-31-bits"] = wire => wire.Add(WireField.Of(4_999, [1, 2, 3]) with { Length = int.MaxValue }),
        ["fixed64-cut"] = wire => wire.Add(WireField.Verbatim([.. Tag(4_999, 1), 1, 2, 3, 4, 5, 6, 7])),
        ["fixed32-cut"] = wire => wire.Add(WireField.Verbatim([.. Tag(4_999, 5), 1, 2, 3])),
    };

    static readonly Dictionary<string, byte[]> NoText = new()
    {
        ["ff"] = [0xff],
        ["over-long"] = [0xc0, 0xaf],
        ["surrogate"] = [0xed, 0xa0, 0x80],
        ["cut"] = [0x61, 0xe2, 0x82],
        ["beyond-unicode"] = [0xf4, 0x90, 0x80, 0x80],
    };

    [Check("ENV-03.broken-wire-format", "Content whose wire format is broken, at any depth of known fields, is malformed.", Values =
    [
        "varint-of-11-bytes", "varint-beyond-64-bits", "varint-cut", "tag-beyond-32-bits", "tag-cut", "field-number-0", "zero-byte-at-the-end", "group", "end-of-no-group",
        "wire-type-6", "wire-type-7", "length-beyond-the-end", "length-of-63-bits", "length-of-31-bits", "fixed64-cut", "fixed32-cut",
    ])]
    public static async Task BrokenWireFormat(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        await scenario.AllRefusedAsync(
            "malformed", Places.Select(place => ($"{value} {Where(place)}", scenario.SealListing(sender, (WireMessage wire) => Broken[value](wire.At(place))))), scenario.SealListing(sender));
    }

    [Check("ENV-03.singular-field-twice", "A singular field that stands twice, alike or not, at any depth, is malformed.")]
    public static async Task SingularFieldTwice(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        await scenario.AllRefusedAsync("malformed", TwiceAlike(scenario, sender).Concat(TwiceUnlike(scenario, sender)), scenario.SealListing(sender));
    }

    [Check("ENV-03.sender-twice", "An envelope that names its sender twice, first or last the one that signed, is malformed: it is not judged by one name and told of under the other.")]
    public static async Task SenderTwice(BrokerScenario scenario)
    {
        var (mine, victim) = (await scenario.PrincipalAsync("thief"), await scenario.AnybodyAsync());
        Envelope Both(bool victimLast) => scenario.SealListing(mine, (WireMessage wire) =>
        {
            var fields = wire.At(1).Fields;
            fields.Insert(victimLast ? fields.Count : 0, WireField.Of(Header.SenderFieldNumber, victim.Id));
        });
        await scenario.AllRefusedAsync("malformed", [("the victim last", Both(true)), ("the victim first", Both(false))], scenario.SealListing(mine));
    }

    [Check("ENV-03.two-bodies", "Content with two bodies, whichever they are and in whatever order, is malformed.")]
    public static async Task TwoBodies(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var others = Content.Descriptor.Oneofs.Single(oneof => oneof.Name == "body").Fields.Select(field => (uint)field.FieldNumber).Where(number => number != Content.UpdateListingFieldNumber);
        await scenario.AllRefusedAsync("malformed", others.SelectMany(number => new (string, Envelope)[]
        {
            ($"body {number} last", scenario.SealListing(sender, (WireMessage wire) => wire.Add(WireField.Of(number, Array.Empty<byte>())))),
            ($"body {number} first", scenario.SealListing(sender, (WireMessage wire) => wire.Fields.Insert(0, WireField.Of(number, Array.Empty<byte>())))),
        }), scenario.SealListing(sender));
    }

    [Check("ENV-03.two-members-within", "Two members of a oneof deep within a body are malformed: a quote with both kinds of terms.")]
    public static async Task TwoMembersWithin(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        Envelope Both(bool instantLast)
        {
            var wire = WireMessage.Of(sale.Draft(sale.Seller, sale.NewQuote(Xts.Of(100))));
            var terms = wire.At(Content.QuoteFieldNumber, Quote.TermsFieldNumber).Fields;
            terms.Insert(instantLast ? 0 : terms.Count, WireField.Of(Terms.EscrowFieldNumber, WireMessage.Of(new Escrow { FulfilWithinMs = 60_000, ResolveWithinMs = 60_000, Arbiter = sale.Seller.Id })));
            return BrokerScenario.Seal(sale.Seller, wire.ToByteString());
        }
        await scenario.AllRefusedAsync("malformed", [("instant last", Both(true)), ("instant first", Both(false))], sale.Quote());
    }

    [Check("ENV-03.wrong-wire-type", "A known field with another wire type is malformed, never read as absent or as 0: each field of the header and of a body, each type.")]
    public static async Task WrongWireType(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        IEnumerable<(string, Envelope)> All()
        {
            foreach (var (place, type) in Places.Zip([Content.Descriptor, Header.Descriptor, Listing.Descriptor, ListedPrice.Descriptor, Google.Type.Money.Descriptor]))
            {
                foreach (var field in type.Fields.InFieldNumberOrder())
                {
                    var right = field.FieldType is FieldType.Message or FieldType.String or FieldType.Bytes ? 2 : 0;
                    foreach (var wrong in WireTypes.Where(wireType => wireType != right))
                    {
                        yield return ($"{field.Name} with wire type {wrong} {Where(place)}", scenario.SealListing(sender, (WireMessage wire) =>
                        {
                            var fields = wire.At(place).Fields;
                            fields.RemoveAll(present => present.Number == field.FieldNumber || (place.Length == 0 && field.ContainingOneof is not null && present.Number > 1));
                            fields.Add(new WireField((uint)field.FieldNumber, wrong) { Value = 1 });
                        }));
                    }
                }
            }
        }
        await scenario.AllRefusedAsync("malformed", All(), scenario.SealListing(sender));
    }

    [Check("ENV-03.text-not-utf-8", "A string that is not UTF-8 is malformed, in each field of the header and of a body that is text.", Values = ["ff", "over-long", "surrogate", "cut", "beyond-unicode"])]
    public static async Task TextNotUtf8(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        (string, Envelope) At(uint[] place, uint number) => ($"field {number} {Where(place)}", scenario.SealListing(sender, (WireMessage wire) =>
        {
            var message = wire.At(place);
            if (message.Type!.FindFieldByNumber((int)number) is { IsRepeated: false }) message.Fields.RemoveAll(field => field.Number == number);
            message.Add(WireField.Of(number, NoText[value]));
        }));
        var extension = ("the name of an extension", scenario.SealListing(sender, (WireMessage wire) =>
            wire.At(1).Add(WireField.Of(Header.ExtensionsFieldNumber, new WireMessage().Add(WireField.Of(1, NoText[value]))))));
        (uint[], uint[])[] texts = [([1], [5, 6, 7, 14, 15, 16]), ([56], [1]), ([56, 2], [1, 2, 3, 4]), ([56, 2, 5], [1]), ([56, 2, 5, 2], [1])];
        await scenario.AllRefusedAsync("malformed", texts.SelectMany(text => text.Item2.Select(number => At(text.Item1, number))).Append(extension), scenario.SealListing(sender));
    }

    [Check("ENV-03.cut-after-each-byte", "Content that is cut after any of its bytes, and signed so, is refused at once: malformed, or without a body where the header has just ended.")]
    public static async Task CutAfterEachByte(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var whole = scenario.NewListing(sender).ToByteArray();
        var header = WireMessage.Of(scenario.NewListing(sender)).Fields[0];
        var headerEnds = new WireMessage().Add(header).ToBytes().Length;
        Envelope CutTo(int length) => BrokerScenario.Seal(sender, ByteString.CopyFrom(whole.AsSpan(0, length)));
        await scenario.AllRefusedAsync("malformed", Enumerable.Range(0, whole.Length).Where(length => length != headerEnds).Select(length => ($"the first {length} bytes of {whole.Length}", CutTo(length))));
        await scenario.RefusedAsync("body_unsupported", "the header alone", CutTo(headerEnds), BrokerScenario.Seal(sender, ByteString.CopyFrom(whole)));
        scenario.Controls.Held("None");
    }

    [Check("ENV-03.too-deep", "More than 40 levels of messages are malformed, and 10,000 as well; 40 are read.")]
    public static async Task TooDeep(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        // Content and intent are two levels; each "not" is two more, constraint and not.
        Envelope Nested(int levels)
        {
            var wire = WireMessage.Of(sale.Draft(sale.Buyer, new Intent { Budget = Xts.Of(1), ExpiresAtMs = scenario.NowMs + 3_600_000 }));
            var bytes = Array.Empty<byte>();
            for (var level = levels; level > 2; level--)
            {
                // From within: the message of each level is a field of the one above it.
                bytes = new WireMessage().Add(WireField.Of(level == 3 ? Intent.ConstraintFieldNumber : level % 2 == 0 ? Constraint.NotFieldNumber : 1u, bytes)).ToBytes();
            }
            wire.At(Content.IntentFieldNumber).Add(WireField.Verbatim(bytes));
            return BrokerScenario.Seal(sale.Buyer, wire.ToByteString());
        }
        await scenario.AllRefusedAsync("malformed", [("41 levels", Nested(41)), ("100 levels", Nested(100)), ("10,000 levels", Nested(10_000))], sale.Intent());
        AsRefused("constraint_unsupported", "40 levels, which are read and then too many for a constraint", await scenario.SendAsync(Nested(40)));
    }

    [Check("ENV-03.no-header", "Content without a header, no content, and an envelope without anything are malformed.")]
    public static async Task NoHeader(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        await scenario.AllRefusedAsync("malformed",
        [
            ("no header", scenario.SealListing(sender, (WireMessage wire) => wire.Fields.RemoveAt(0))),
            ("no content", BrokerScenario.Seal(sender, ByteString.Empty)), ("nothing", new Envelope()), ("an empty header", scenario.SealListing(sender, (Content content) => content.Header = new Header())),
        ], scenario.SealListing(sender));
    }

    [Check("ENV-08.no-body", "Content without a body, or with one whose number nobody knows, is unsupported, and the stream that brought it goes on.")]
    public static async Task NoBody(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        var none = scenario.SealListing(sender, (WireMessage wire) => wire.Fields.RemoveAt(1));
        Envelope Unknown(uint number) => scenario.SealListing(sender, (WireMessage wire) => wire.Fields[1] = wire.Fields[1] with { Number = number });
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sender);
        foreach (var envelope in new[] { none, Unknown(9), Unknown(25), Unknown(99), Unknown(536_870_911) })
        {
            scenario.Controls.Expect(envelope);
            AsRefused("body_unsupported", "in a call", await scenario.SendAsync(envelope));
            AsRefused("body_unsupported", "on a stream", await stream.SendAsync(envelope));
        }
        True("what comes after on the stream", await stream.SendAsync(scenario.SealListing(sender)) is Outcome.Taken, "accepted", "something else");
        scenario.Controls.Held("None");
    }

    [Check("ENV-04.content-too-large", "65,536 bytes of content are read, 65,537 are too large, before anything else is looked at.")]
    public static async Task ContentTooLarge(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        Envelope Of(int size)
        {
            var room = size - scenario.NewListing(sender).CalculateSize() - 6;
            return scenario.SealListing(sender, (WireMessage wire) => wire.Add(WireField.Of(4_999, new byte[room]) with { TagBytes = 3, ValueBytes = 3 }));
        }
        var largest = Of(65_536);
        Equal("bytes of the largest content", 65_536, largest.Content.Length);
        await scenario.RefusedAsync("too_large", "65,537 bytes", Of(65_537), largest);
        AsRefused("too_large", "65,537 bytes of nothing that could be read", await scenario.SendUnaryAsync(BrokerScenario.Seal(sender, ByteString.CopyFrom(Enumerable.Repeat((byte)0xff, 65_537).ToArray()))));
    }

    // Each singular field that is there, once more with what it holds.
    static IEnumerable<(string, Envelope)> TwiceAlike(BrokerScenario scenario, Party sender)
    {
        foreach (var place in Places)
        {
            foreach (var field in WireMessage.Of(scenario.NewListing(sender)).At(place).Fields.Where(field => TypeAt(place).FindFieldByNumber((int)field.Number) is { IsRepeated: false }))
            {
                yield return ($"field {field.Number} {Where(place)}, alike", scenario.SealListing(sender, (WireMessage wire) => wire.At(place).Add(wire.At(place).Fields.First(there => there.Number == field.Number))));
            }
        }
    }

    // The same with something else, before it and after it.
    static IEnumerable<(string, Envelope)> TwiceUnlike(BrokerScenario scenario, Party sender)
    {
        foreach (var place in Places)
        {
            foreach (var field in WireMessage.Of(scenario.NewListing(sender)).At(place).Fields.Where(field => TypeAt(place).FindFieldByNumber((int)field.Number) is { IsRepeated: false }))
            {
                var other = field.Type == 0 ? WireField.Varint(field.Number, 7) : WireField.Of(field.Number, Array.Empty<byte>());
                yield return ($"field {field.Number} {Where(place)}, another first", scenario.SealListing(sender, (WireMessage wire) => wire.At(place).Fields.Insert(0, other)));
                yield return ($"field {field.Number} {Where(place)}, another last", scenario.SealListing(sender, (WireMessage wire) => wire.At(place).Add(other)));
            }
        }
    }

    static MessageDescriptor TypeAt(uint[] place) => place.Aggregate(Content.Descriptor, (type, number) => type.FindFieldByNumber((int)number).MessageType);

    static string Where(uint[] place) => place.Length == 0 ? "in the content" : $"in {string.Join('.', place.Select((_, depth) => TypeAt(place[..depth]).FindFieldByNumber((int)place[depth]).Name))}";

    static byte[] Tag(uint number, int type)
    {
        List<byte> bytes = [];
        WireField.Write(bytes, ((ulong)number << 3) | (uint)type);
        return [.. bytes];
    }
}
