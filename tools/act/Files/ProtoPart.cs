using System.Globalization;
using System.Text.Json;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Tools;

/// <summary>ProtoJSON out of a file, read member by member so that each fault has its place.</summary>
/// <remarks>Beyond ProtoJSON, amounts may be written "800 CNY", values as they stand ("HGH", 3, true, "800 CNY", a time), times of
/// fields that end in _ms as "2026-12-24T14:25+08:00", and enum names without their prefix.</remarks>
static class ProtoPart
{
    public static T Read<T>(JsonPart part) where T : class, IMessage<T>, new() => (T)Read(part, new T());

    static IMessage Read(JsonPart part, IMessage message)
    {
        if (message is Google.Type.Money && part.Element.ValueKind is JsonValueKind.String) return part.Amount().ToWire();
        if (message is Value && part.Element.ValueKind is not JsonValueKind.Object) return part.Value();

        var fields = message.Descriptor.Fields.InFieldNumberOrder();
        var chosen = new Dictionary<OneofDescriptor, string>();
        foreach (var (name, value) in part.Members())
        {
            var field = fields.FirstOrDefault(candidate => candidate.JsonName == name || candidate.Name == name)
                ?? throw value.Fault($"there is no such member.{Near.Hint(name, fields.Select(candidate => candidate.JsonName))} Known here: {string.Join(", ", fields.Select(candidate => candidate.JsonName))}.");
            if (value.Element.ValueKind is JsonValueKind.Null) continue;
            if (field.ContainingOneof is { } oneof && !chosen.TryAdd(oneof, name)) throw value.Fault($"'{chosen[oneof]}' stands here already; only one of the two may.");
            Set(message, field, value);
        }
        return message;
    }

    static void Set(IMessage message, FieldDescriptor field, JsonPart part)
    {
        if (!field.IsRepeated)
        {
            field.Accessor.SetValue(message, One(field, part));
            return;
        }
        var list = (System.Collections.IList)field.Accessor.GetValue(message);
        foreach (var item in part.Items()) list.Add(One(field, item));
    }

    static object One(FieldDescriptor field, JsonPart part) => field.FieldType switch
    {
        FieldType.Message => Read(part, field.MessageType.Parser.ParseFrom(ReadOnlySpan<byte>.Empty.ToArray())),
        FieldType.Enum => EnumOf(field.EnumType, part),
        FieldType.String => part.Text(),
        FieldType.Bool => part.Flag(),
        FieldType.Bytes => Bytes(part),
        FieldType.Int64 when field.Name.EndsWith("_ms", StringComparison.Ordinal) && part.Element.ValueKind is JsonValueKind.String && JsonPart.IsTime(part.Text(), out var at) =>
            at.ToUnixTimeMilliseconds(),
        FieldType.Int64 => (long)Number(part, long.MinValue, long.MaxValue),
        FieldType.UInt64 => (ulong)Number(part, 0, ulong.MaxValue),
        FieldType.Int32 => (int)Number(part, int.MinValue, int.MaxValue),
        FieldType.UInt32 => (uint)Number(part, 0, uint.MaxValue),
        FieldType.Double or FieldType.Float or FieldType.Fixed32 or FieldType.Fixed64 or FieldType.SFixed32 or FieldType.SFixed64 or FieldType.SInt32 or FieldType.SInt64
            or FieldType.Group => throw part.Fault("a field of this type is not known to this version."),
    };

    // 64-bit integers are text in ProtoJSON; numbers are taken as well.
    static Int128 Number(JsonPart part, Int128 from, Int128 until)
    {
        var text = part.Element.ValueKind is JsonValueKind.String ? part.Text() : part.Element.GetRawText();
        return part.Element.ValueKind is JsonValueKind.String or JsonValueKind.Number
            && Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from && number <= until
                ? number
                : throw part.Fault($"{text} stands here; a whole number from {from} to {until} is expected.");
    }

    static ByteString Bytes(JsonPart part)
    {
        var text = part.Text().Replace('-', '+').Replace('_', '/');
        try
        {
            return ByteString.FromBase64(text.PadRight((text.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw part.Fault("base64 is expected.");
        }
    }

    static object EnumOf(EnumDescriptor type, JsonPart part)
    {
        if (part.Element.ValueKind is JsonValueKind.Number) return (int)Number(part, int.MinValue, int.MaxValue);
        // RELATION_AT_MOST, or at_most for short.
        var prefix = type.Values[0].Name[..^"UNSPECIFIED".Length];
        var text = part.Text();
        var found = type.Values.FirstOrDefault(value => value.Name == text || string.Equals(value.Name[prefix.Length..], text.Replace(' ', '_'), StringComparison.OrdinalIgnoreCase));
        return found?.Number ?? throw part.Fault(
            $"'{text}' is none of {string.Join(", ", type.Values.Skip(1).Select(value => value.Name))}.{Near.Hint(text, type.Values.SelectMany(value => new[] { value.Name, value.Name[prefix.Length..] }))}");
    }
}
