using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Conformance.Runs;

/// <summary>Content as an honest sender may write it and hardly any does (level 1): what a receiver must take by ENV-03, ENV-14 and ENV-18. It is changed before it is signed.</summary>
static class UnkindContent
{
    const int BytesMax = 60_000;

    /// <summary>The content in other bytes, and what was done to it; as it is when nothing was drawn, or there is no room.</summary>
    public static (ByteString Content, IReadOnlyList<string> Acts) Of(Content content, Seeded random)
    {
        var wire = WireMessage.Of(content);
        List<string> acts = [];
        void Maybe(string act, Action change)
        {
            if (random.Number(3) != 0) return;
            change();
            acts.Add(act);
        }
        Maybe("a non-critical extension", () => AddExtension(wire, random));
        Maybe("unknown fields", () => AddUnknown(wire, random));
        Maybe("defaults written out", () => WriteDefaults(wire, random));
        Maybe("fields in another order", () => Shuffle(wire, random));
        Maybe("over-long varints", () => Lengthen(wire, random));
        var bytes = wire.ToBytes();
        return acts.Count == 0 || bytes.Length > BytesMax ? (content.ToByteString(), []) : (ByteString.CopyFrom(bytes), acts);
    }

    /// <summary>Fields of each message in another order; those of one number keep theirs, since it has a meaning.</summary>
    public static void Shuffle(WireMessage wire, Seeded random)
    {
        foreach (var message in wire.All().ToList())
        {
            var byNumber = message.Fields.GroupBy(field => field.Number).Select(group => new Queue<WireField>(group)).ToList();
            message.Fields.Clear();
            while (byNumber.Count > 0)
            {
                var next = random.Number(byNumber.Count);
                message.Fields.Add(byNumber[next].Dequeue());
                if (byNumber[next].Count == 0) byNumber.RemoveAt(next);
            }
        }
    }

    /// <summary>Fields that no version of the protocol has, in every known message.</summary>
    public static void AddUnknown(WireMessage wire, Seeded random)
    {
        foreach (var message in wire.All().Where(message => message.Type is not null).ToList())
        {
            var number = (uint)(5_000 + random.Number(10_000));
            message.Fields.Insert(random.Number(message.Fields.Count + 1), random.Number(4) switch
            {
                0 => WireField.Varint(number, (ulong)random.Number(1 << 30)),
                1 => new WireField(number, 1) { Value = 1 },
                2 => new WireField(number, 5) { Value = 1 },
                _ => WireField.Of(number, random.Bytes(random.Number(40))),
            });
        }
    }

    static void AddExtension(WireMessage wire, Seeded random)
    {
        var header = wire.At(Content.HeaderFieldNumber);
        if (header.Fields.Count(field => field.Number == Header.ExtensionsFieldNumber) >= 16) return;
        header.Add(WireField.Of(Header.ExtensionsFieldNumber, WireMessage.Of(new V1.Extension { Name = $"unkind.x{random.Number(1 << 20)}", Value = ByteString.CopyFrom(random.Bytes(random.Number(64))) })));
    }

    static void WriteDefaults(WireMessage wire, Seeded random)
    {
        foreach (var message in wire.All().Where(message => message.Type is not null).ToList())
        {
            foreach (var field in message.Type!.Fields.InFieldNumberOrder().Where(field => !field.IsRepeated && !field.HasPresence && message.Fields.All(present => present.Number != field.FieldNumber)))
            {
                if (random.Number(3) != 0) continue;
                message.Add(field.FieldType is FieldType.String or FieldType.Bytes ? WireField.Of((uint)field.FieldNumber, [])
                    : field.FieldType is FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 ? new WireField((uint)field.FieldNumber, 1)
                    : field.FieldType is FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 ? new WireField((uint)field.FieldNumber, 5)
                    : WireField.Varint((uint)field.FieldNumber, 0));
            }
        }
    }

    static void Lengthen(WireMessage wire, Seeded random)
    {
        foreach (var message in wire.All().ToList())
        {
            message.Each(field => field with { TagBytes = random.Number(6), ValueBytes = random.Number(field.Type == 0 ? 11 : 6) });
        }
    }
}
