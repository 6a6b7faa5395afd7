using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>How a failing check is run again: what <c>replay</c> and <c>minimise</c> read.</summary>
sealed record BundledCase
{
    public required string Id { get; init; }

    /// <summary>broker, codec, verifier, seller or buyer.</summary>
    public required string Subject { get; init; }

    public required long Seed { get; init; }

    public required int Unkind { get; init; }

    /// <summary>The steps of the script whose acts are done; absent: all.</summary>
    public IReadOnlyList<int>? Steps { get; init; }

    /// <summary>The config's path, absolute; absent: none.</summary>
    public string? Config { get; init; }

    /// <summary>Addresses of a broker: gRPC, JSON.</summary>
    public IReadOnlyList<string> Target { get; init; } = [];

    /// <summary>The command of a program.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>An agent without a hook: what it is taken to sell; absent: it has one.</summary>
    public BundledOffer? Observed { get; init; }

    public required string Suite { get; init; }

    public required string Verdict { get; init; }

    public ReportedFinding? Finding { get; init; }
}

/// <param name="PriceTo">The most that an offer may cost, in whole units.</param>
sealed record BundledOffer(string Currency, long PriceTo);

/// <summary>What a failing check leaves: <c>failures/CHECK/</c> with case.json, sent-NN.bin, received-NN.bin, script.json and why.md.</summary>
static partial class Bundle
{
    public const string UsualFolder = "failures";

    /// <summary>Failing checks of one run that leave a bundle.</summary>
    public const int BundlesMax = 200;

    public static string FolderOf(string failures, string id) => Path.Combine(failures, Unsafe().Replace(id, "_"));

    public static void Write(string folder, BundledCase bundled, ReportedCheck result)
    {
        Remove(folder);
        OutputFile.Write(Path.Combine(folder, "case.json"), JsonSerializer.Serialize(bundled, RunReport.Json) + "\n");
        OutputFile.Write(Path.Combine(folder, "script.json"), JsonSerializer.Serialize(new { seed = bundled.Seed, unkind = bundled.Unkind, acts = result.Script }, RunReport.Json) + "\n");
        OutputFile.Write(Path.Combine(folder, "why.md"), Why(result));
        for (var i = 0; i < result.Transcript.Count; i++)
        {
            var message = result.Transcript[i];
            OutputFile.Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{(message.By == "suite" ? "sent" : "received")}-{i + 1:00}.bin")), message.Bytes);
        }
    }

    /// <exception cref="BadInputException">There is none.</exception>
    public static BundledCase Read(string folder)
    {
        var path = Path.Combine(folder, "case.json");
        if (!File.Exists(path)) throw new BadInputException($"'{folder}' is no bundle: it has no case.json.");
        try
        {
            return JsonSerializer.Deserialize<BundledCase>(File.ReadAllBytes(path), RunReport.Json) ?? throw new BadInputException($"'{path}' is empty.");
        }
        catch (JsonException fault)
        {
            throw new BadInputException($"'{path}' is no case of this suite: {fault.Message.Split(" Path:")[0].TrimEnd('.')}.", fault);
        }
    }

    /// <summary>Takes away what a bundle consists of, and nothing else that may lie there.</summary>
    public static void Remove(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "case.json"))) return;
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Ours().IsMatch(Path.GetFileName(file)))) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    static string Why(ReportedCheck result)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {result.Id}\n\n{Block(Sentences.Of(result))}\nKeys in these messages were made by the suite for this run alone: they are test keys, worth nothing.\n\n");
        for (var i = 0; i < result.Transcript.Count; i++)
        {
            var message = result.Transcript[i];
            text.Append(CultureInfo.InvariantCulture, $"## {i + 1:00} {(message.By == "suite" ? "sent" : "received")} after {message.AtMs:0.0} ms: {Inert.Line(message.What, 200)}\n\n{message.Type}, {message.Bytes.Length} bytes, SHA-256 {message.Sha256}\n\n{Block(Decoded.Of(message.Type, message.Bytes))}\n");
        }
        if (result.LeftOut > 0) text.Append(CultureInfo.InvariantCulture, $"{result.LeftOut} further messages were not kept.\n");
        return text.ToString();
    }

    // Indented: nothing within can end it.
    static string Block(string text) => string.Concat(Inert.Lines(text).Split('\n').Select(line => $"    {line}\n"));

    [GeneratedRegex("[^A-Za-z0-9._@+-]")]
    private static partial Regex Unsafe();

    [GeneratedRegex("^(case\\.json|script\\.json|why\\.md|(sent|received)-[0-9]+\\.bin)$")]
    private static partial Regex Ours();
}
