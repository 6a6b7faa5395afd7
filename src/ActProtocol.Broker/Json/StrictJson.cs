using System.Text;
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
    /// <param name="utf8">As it came.</param>
    /// <param name="type">Of what it is to be.</param>
    /// <param name="plain">The same, its bytes in padded base64 of the plain alphabet: ProtoJSON has the other forms too, and the parsers behind this do not read them.</param>
    public static string? Fault(ReadOnlySpan<byte> utf8, MessageDescriptor type, out byte[] plain)
    {
        plain = [];
        if (utf8.StartsWith("\uFEFF"u8)) return "a byte order mark";
        if (!Utf8.IsValid(utf8)) return "text that is not UTF-8";
        try
        {
            List<Spelling> spellings = [];
            if (MemberFault(utf8, type, spellings) is { } fault) return fault;
            plain = Spelled(utf8, spellings);
            Parse(plain, type);
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
        new JsonParser(new JsonParser.Settings(DepthMax)).Parse(Encoding.UTF8.GetString(utf8), type);

    static string? MemberFault(ReadOnlySpan<byte> utf8, MessageDescriptor type, List<Spelling> spellings)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        Stack<Open> open = [];
        MessageDescriptor? next = type;
        var isBytes = false;
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
                    isBytes = field is { FieldType: FieldType.Bytes };
                    break;
                case JsonTokenType.String when isBytes && Plain(reader.GetString()!) is { } other:
                    spellings.Add(new Spelling((int)reader.TokenStartIndex, (int)reader.BytesConsumed, other));
                    break;
                default:
                    if (open.Count == 0) return "an object is expected";
                    break;
            }
        }
        return null;
    }

    // Null where it is plain already, or no base64 in any form.
    static string? Plain(string base64)
    {
        var unpadded = base64.TrimEnd('=');
        var isUrl = unpadded.AsSpan().ContainsAny('-', '_');
        if ((isUrl && unpadded.AsSpan().ContainsAny('+', '/')) || unpadded.Length % 4 == 1 || (unpadded.Length < base64.Length && base64.Length % 4 != 0)) return null;
        var plain = unpadded.Replace('-', '+').Replace('_', '/').PadRight((unpadded.Length + 3) / 4 * 4, '=');
        return plain == base64 ? null : plain;
    }

    static byte[] Spelled(ReadOnlySpan<byte> utf8, List<Spelling> spellings)
    {
        if (spellings.Count == 0) return utf8.ToArray();
        var text = new MemoryStream(utf8.Length + (4 * spellings.Count));
        var at = 0;
        foreach (var spelling in spellings)
        {
            text.Write(utf8[at..spelling.Start]);
            text.Write(Encoding.ASCII.GetBytes($"\"{spelling.Plain}\""));
            at = spelling.End;
        }
        text.Write(utf8[at..]);
        return text.ToArray();
    }

    static string Short(string name) => name.Length <= 64 ? name : name[..64];

    /// <summary>Bytes that stand at a place in another form than the plain one.</summary>
    readonly record struct Spelling(int Start, int End, string Plain);

    // Within a map, or what is no message, only duplicates are looked for.
    readonly record struct Open(MessageDescriptor? Type, HashSet<string> Seen);
}
