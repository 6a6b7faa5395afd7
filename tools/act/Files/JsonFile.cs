using System.Text;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>JSON that a person wrote, with the place of each of its parts.</summary>
/// <remarks>Comments and trailing commas are allowed; a member that stands twice, a BOM and what is no UTF-8 are not.</remarks>
sealed class JsonFile
{
    public const int BytesMax = 1 << 20;
    const int DepthMax = 64;

    readonly string _name;
    readonly Dictionary<string, long> _starts = [];
    readonly byte[] _bytes;

    JsonFile(string name, byte[] bytes)
    {
        (_name, _bytes) = (name, bytes);
        Scan();
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = DepthMax });
        Root = new JsonPart(this, document.RootElement.Clone(), "$");
    }

    public JsonPart Root { get; }

    /// <summary>Reads a file; "-" is the standard input.</summary>
    public static JsonFile Read(string path) => new(path == "-" ? "standard input" : path, BytesOf(path));

    /// <summary>Any file that a person names, at most <see cref="BytesMax"/> long.</summary>
    public static byte[] BytesOf(string path)
    {
        if (path == "-") return ReadAll(Console.OpenStandardInput(), "standard input");
        if (Directory.Exists(path)) throw new BadInputException($"'{path}' is a folder; a file is expected.");
        if (!File.Exists(path)) throw new BadInputException($"There is no file '{path}'.");
        try
        {
            using var file = File.OpenRead(path);
            return ReadAll(file, path);
        }
        catch (UnauthorizedAccessException)
        {
            throw new BadInputException($"'{path}' may not be read by this user.");
        }
    }

    /// <summary>One sentence with the place of a part.</summary>
    public BadInputException Fault(string path, string message)
    {
        var at = path;
        while (!_starts.ContainsKey(at) && at.LastIndexOfAny(['.', '[']) is > 0 and var cut) at = at[..cut];
        return Fault(_starts.GetValueOrDefault(at), path == "$" ? message : $"{path.TrimStart('$').TrimStart('.')}: {message}");
    }

    BadInputException Fault(long offset, string message)
    {
        var before = _bytes.AsSpan(0, (int)Math.Min(offset, _bytes.Length));
        var (line, start) = (before.Count((byte)'\n') + 1, before.LastIndexOf((byte)'\n') + 1);
        return new BadInputException($"{_name}:{line}:{Encoding.UTF8.GetCharCount(before[start..]) + 1}: {message}");
    }

    static byte[] ReadAll(Stream stream, string name)
    {
        var (bytes, length) = (new byte[BytesMax + 1], 0);
        for (int read; length < bytes.Length && (read = stream.Read(bytes, length, bytes.Length - length)) > 0; length += read) { }
        return length <= BytesMax ? bytes[..length] : throw new BadInputException($"'{name}' is longer than {BytesMax:N0} bytes.");
    }

    // Where each value starts, by its path, and whether the whole is JSON at all.
    void Scan()
    {
        if (_bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0) throw new BadInputException($"'{_name}' is empty.");
        if (_bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) throw Fault(0, "it begins with a byte order mark: save it as UTF-8 without one.");
        var reader = new Utf8JsonReader(_bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = DepthMax });
        var (levels, name) = (new Stack<Level>(), "");
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName)
                {
                    name = reader.GetString()!;
                    if (!levels.Peek().Names!.Add(name)) throw Fault(reader.TokenStartIndex, $"'{name}' stands twice.");
                    continue;
                }
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    levels.Pop();
                    continue;
                }
                if (reader.TokenType is JsonTokenType.String) _ = reader.GetString();
                var path = levels.Count == 0 ? "$" : levels.Peek() is { Names: not null } level ? $"{level.Path}.{name}" : $"{levels.Peek().Path}[{levels.Peek().Next++}]";
                _starts[path] = reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.StartObject) levels.Push(new Level(path, []));
                if (reader.TokenType is JsonTokenType.StartArray) levels.Push(new Level(path, null));
            }
        }
        catch (JsonException fault)
        {
            throw Fault(OffsetOf(fault), $"this is no JSON: {fault.Message.Split(" LineNumber:")[0].TrimEnd('.')}.");
        }
        catch (InvalidOperationException)
        {
            throw Fault(reader.TokenStartIndex, "this text is no UTF-8.");
        }
    }

    long OffsetOf(JsonException fault)
    {
        var offset = 0;
        for (var line = fault.LineNumber ?? 0; line > 0; line--) offset += _bytes.AsSpan(offset).IndexOf((byte)'\n') + 1;
        return offset + (fault.BytePositionInLine ?? 0);
    }

    sealed class Level(string path, HashSet<string>? names)
    {
        public string Path => path;

        /// <summary>Of an object; null for an array.</summary>
        public HashSet<string>? Names => names;

        public int Next { get; set; }
    }
}
