using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Broker.Json;

/// <summary>JSON that means one thing: what parsers of ProtoJSON let pass, each in its own way, is refused here before one sees it.</summary>
/// <remarks>Refused are a byte order mark, text that is not UTF-8, members that are unknown or stand twice (by either of their names), comments, trailing commas,
/// more than one value, NaN and infinities, and nesting beyond <see cref="DepthMax"/>. Never throws.</remarks>
static class StrictJson
{
    public const int DepthMax = 32;

    /// <summary>What is wrong, with the place; null when nothing is.</summary>
    public static string? Fault(ReadOnlySpan<byte> utf8, MessageDescriptor type)
    {
        if (utf8.StartsWith("\uFEFF"u8)) return "a byte order mark";
        if (!Utf8.IsValid(utf8)) return "text that is not UTF-8";
        try
        {
            if (MemberFault(utf8, type) is { } fault) return fault;
            Parse(utf8, type);
            return null;
        }
        catch (JsonException wrong)
        {
            return $"line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}: no JSON";
        }
        catch (Exception wrong) when (wrong is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException or FormatException or OverflowException)
        {
            return $"no ProtoJSON of {type.FullName}";
        }
    }

    static void Parse(ReadOnlySpan<byte> utf8, MessageDescriptor type) =>
        new JsonParser(new JsonParser.Settings(DepthMax)).Parse(System.Text.Encoding.UTF8.GetString(utf8), type);

    static string? MemberFault(ReadOnlySpan<byte> utf8, MessageDescriptor type)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        Stack<Open> open = [];
        MessageDescriptor? next = type;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new Open(next, []));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var (name, within) = (reader.GetString()!, open.Peek());
                    var field = within.Type is null ? null : JsonRoute.FieldOf(within.Type, name);
                    if (within.Type is not null && field is null) return $"member '{Short(name)}' of {within.Type.FullName} is unknown";
                    if (!within.Seen.Add(field?.Name ?? name)) return $"member '{Short(name)}' stands twice";
                    next = field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null;
                    break;
                default:
                    if (open.Count == 0) return "an object is expected";
                    break;
            }
        }
        return null;
    }

    static string Short(string name) => name.Length <= 64 ? name : name[..64];

    // Within a map, or what is no message, only duplicates are looked for.
    readonly record struct Open(MessageDescriptor? Type, HashSet<string> Seen);
}
