using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Reports;

/// <summary>The report for machines, and read back.</summary>
static class JsonReport
{
    const long BytesMax = 512L << 20;

    public static void Write(RunReport report, Stream stream) => JsonSerializer.Serialize(stream, report, RunReport.Json);

    /// <exception cref="BadInputException">It is no report of this suite.</exception>
    public static RunReport Read(string path)
    {
        if (!File.Exists(path)) throw new BadInputException($"There is no file '{path}'.");
        if (new FileInfo(path).Length > BytesMax) throw new BadInputException($"'{path}' is longer than {BytesMax:N0} bytes.");
        try
        {
            using var file = File.OpenRead(path);
            var report = JsonSerializer.Deserialize<RunReport>(file, RunReport.Json);
            if (report is null || report.Form != RunReport.FormOf) throw new BadInputException($"'{path}' is no report of this suite: its form is '{report?.Form ?? "nothing"}', not '{RunReport.FormOf}'.");
            return report;
        }
        catch (JsonException fault)
        {
            throw new BadInputException($"'{path}' is no report of this suite{(fault.LineNumber is { } line ? $" (line {line + 1})" : "")}: {fault.Message.Split(" Path:")[0].TrimEnd('.')}.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"'{path}' can't be read: {fault.Message.TrimEnd('.')}.", fault);
        }
    }

    /// <summary>The JSON Schema of a report, out of its types.</summary>
    public static string Schema()
    {
        var schema = RunReport.Json.GetJsonSchemaAsNode(typeof(RunReport), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }).AsObject();
        var whole = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = RunReport.FormOf };
        foreach (var (name, value) in schema.ToList())
        {
            schema.Remove(name);
            whole[name] = value;
        }
        return whole.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", TypeInfoResolver = RunReport.Json.TypeInfoResolver, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }
}
