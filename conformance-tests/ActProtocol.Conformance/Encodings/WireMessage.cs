using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Conformance.Encodings;

/// <summary>A message as a list of fields in any order, for bytes that no protobuf library writes. It shares no code with one.</summary>
sealed class WireMessage
{
    public List<WireField> Fields { get; } = [];

    /// <summary>Null for a message whose type is not known.</summary>
    public MessageDescriptor? Type { get; private init; }

    /// <summary>The fields of <paramref name="message"/>, and of the messages within it.</summary>
    public static WireMessage Of(IMessage message) => Parse(message.ToByteArray(), message.Descriptor);

    /// <param name="bytes">Well-formed: what a library wrote.</param>
    /// <param name="type">Tells which fields are messages; null: none is known.</param>
    public static WireMessage Parse(ReadOnlySpan<byte> bytes, MessageDescriptor? type)
    {
        var message = new WireMessage { Type = type };
        for (var at = 0; at < bytes.Length;)
        {
            var tag = ReadVarint(bytes, ref at);
            var (number, wireType) = ((uint)(tag >> 3), (int)(tag & 7));
            switch (wireType)
            {
                case 0:
                    message.Fields.Add(WireField.Varint(number, ReadVarint(bytes, ref at)));
                    break;
                case 1:
                    message.Fields.Add(new WireField(number, 1) { Value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) });
                    at += 8;
                    break;
                case 5:
                    message.Fields.Add(new WireField(number, 5) { Value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) });
                    at += 4;
                    break;
                case 2:
                    var length = (int)ReadVarint(bytes, ref at);
                    var value = bytes.Slice(at, length);
                    at += length;
                    var field = type?.FindFieldByNumber((int)number);
                    message.Fields.Add(field?.FieldType is FieldType.Message ? WireField.Of(number, Parse(value, field.MessageType)) : WireField.Of(number, value.ToArray()));
                    break;
                default:
                    throw new InvalidDataException($"Wire type {wireType}: no library writes it.");
            }
        }
        return message;
    }

    public byte[] ToBytes()
    {
        List<byte> output = [];
        foreach (var field in Fields) field.WriteTo(output);
        return [.. output];
    }

    public ByteString ToByteString() => ByteString.CopyFrom(ToBytes());

    /// <summary>The message within, by the numbers of the fields that lead to it.</summary>
    public WireMessage At(params uint[] path) => path.Aggregate(this, (message, number) => message.Fields.First(field => field.Number == number).Message!);

    /// <summary>This and all within it.</summary>
    public IEnumerable<WireMessage> All() => Fields.Where(field => field.Message is not null).SelectMany(field => field.Message!.All()).Prepend(this);

    /// <summary>Changes every field in place.</summary>
    public WireMessage Each(Func<WireField, WireField> change)
    {
        for (var i = 0; i < Fields.Count; i++) Fields[i] = change(Fields[i]);
        return this;
    }

    public WireMessage Add(WireField field)
    {
        Fields.Add(field);
        return this;
    }

    static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
