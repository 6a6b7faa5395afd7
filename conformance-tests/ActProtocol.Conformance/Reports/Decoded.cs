using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Conformance.Reports;

/// <summary>Messages as people read them. What does not parse is shown as hexadecimal.</summary>
static class Decoded
{
    /// <summary>Characters of one message that are shown.</summary>
    public const int LengthMax = 16_000;

    const int HexBytesMax = 512;

    static readonly Dictionary<string, MessageDescriptor> ByName = Files(Envelope.Descriptor.File, []).Concat(Files(BrokerService.Descriptor.File, [])).Concat(Files(DirectoryService.Descriptor.File, []))
        .Append(Google.Rpc.Status.Descriptor.File).SelectMany(file => file.MessageTypes).DistinctBy(type => type.FullName).ToDictionary(type => type.FullName);

    static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation("  ").WithPreserveProtoFieldNames(true).WithTypeRegistry(
        TypeRegistry.FromFiles([.. ByName.Values.Select(type => type.File).Distinct(), Google.Rpc.ErrorInfo.Descriptor.File])));

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string type, byte[] bytes)
    {
        var text = bytes.Length == 0 ? "(empty)" : Read(type, bytes) ?? $"{bytes.Length:N0} bytes that are no {type}:\n{Hex(bytes)}";
        return text.Length <= LengthMax ? text : $"{text[..LengthMax]}…";
    }

    /// <summary>Lines of 32 bytes, the beginning only.</summary>
    public static string Hex(byte[] bytes)
    {
        var lines = bytes.Take(HexBytesMax).Chunk(32).Select((line, i) => $"{i * 32:x4}  {string.Join(' ', line.Chunk(4).Select(Convert.ToHexStringLower))}");
        return string.Join('\n', lines) + (bytes.Length > HexBytesMax ? $"\n… {bytes.Length - HexBytesMax:N0} more bytes" : "");
    }

    static string? Read(string type, byte[] bytes)
    {
        try
        {
            if (type.StartsWith("application/json", StringComparison.Ordinal)) return JsonNode.Parse(bytes)?.ToJsonString(Indented);
            if (type.StartsWith("text/", StringComparison.Ordinal)) return Encoding.UTF8.GetString(bytes);
            if (type == Envelope.Descriptor.FullName) return Read(Envelope.Parser.ParseFrom(bytes));
            return ByName.TryGetValue(type, out var descriptor) ? Formatter.Format(descriptor.Parser.ParseFrom(bytes)) : null;
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    // The content is bytes to protobuf; people want to see what they say.
    static string Read(Envelope envelope)
    {
        string content;
        try
        {
            content = Formatter.Format(Content.Parser.ParseFrom(envelope.Content));
        }
        catch (InvalidProtocolBufferException)
        {
            content = $"{envelope.Content.Length:N0} bytes that are no content:\n{Hex(envelope.Content.ToByteArray())}";
        }
        var signatures = envelope.Signatures.Select(signature => $"  by key {Convert.ToHexStringLower(signature.Key.Span)}, {signature.Suite}, {signature.Value.Length} bytes");
        return $"{content}\nsignatures: {envelope.Signatures.Count}\n{string.Join('\n', signatures)}".TrimEnd();
    }

    static IEnumerable<FileDescriptor> Files(FileDescriptor file, HashSet<string> seen) =>
        seen.Add(file.Name) ? file.Dependencies.SelectMany(inner => Files(inner, seen)).Prepend(file) : [];
}
