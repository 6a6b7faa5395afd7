using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActProtocol.Tools;

/// <summary>One request a line, one answer a line, until the input ends.</summary>
static class CodecLines
{
    /// <summary>The longest request.</summary>
    public const int LineBytesMax = 1 << 20;

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="BadInputException">A line is longer than <see cref="LineBytesMax"/>.</exception>
    public static async Task AnswerAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var answer = Answer(rest.Slice(0, end));
                await output.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(answer, Plain), (byte)'\n'], cancellationToken);
                await output.FlushAsync(cancellationToken);
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (rest.Length > LineBytesMax) throw new BadInputException($"A request is longer than {LineBytesMax / 1024} KiB.");
            reader.AdvanceTo(rest.Start, read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    static JsonObject Answer(ReadOnlySequence<byte> line)
    {
        JsonNode? id = null;
        try
        {
            using var request = JsonDocument.Parse(line);
            id = JsonNode.Parse(request.RootElement.GetProperty("id").GetRawText());
            var answer = CodecVerbs.Answer(request.RootElement);
            answer.Insert(0, "id", id);
            return answer;
        }
        // What is missing, of another type, or no hexadecimal.
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new JsonObject { ["id"] = id?.DeepClone(), ["cannot"] = $"no such request: {fault.Message}" };
        }
    }
}
