using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>A side file that says how far each partition's log is known to reach.</summary>
/// <remarks>
/// A log cut short is still a valid chain, and SQLite drops the frames after a bad checksum without a word. Only something
/// outside the log can notice. The file runs behind the log, never ahead: it is written from durable tails only.
/// </remarks>
static class HighWater
{
    public const string FileName = "high-water";

    /// <summary>Lines of partition, next position, and head; then the digest of those lines.</summary>
    public static void Write(string folder, IReadOnlyList<Tail> tails)
    {
        var text = new StringBuilder();
        for (var partition = 0; partition < tails.Count; partition++)
            text.Append(CultureInfo.InvariantCulture, $"{partition} {tails[partition].Next} {Convert.ToHexStringLower(tails[partition].Head.Span)}\n");
        // Digested before anything of this line is appended: an interpolation into a builder appends piece by piece.
        var digest = Digest(text.ToString());
        text.Append(CultureInfo.InvariantCulture, $"sha256 {digest}\n");

        var path = Path.Combine(folder, FileName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Encoding.ASCII.GetBytes(text.ToString()));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        // Without this a power cut could bring back a much older file: file systems keep a rename for seconds.
        DurableFolder.Sync(folder);
    }

    /// <summary>What the file says of each partition, or null if there is none.</summary>
    /// <exception cref="StoreDamagedException">The file is damaged, or another store's.</exception>
    public static IReadOnlyList<(long Next, byte[] Head)>? Read(string folder, int partitions)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;

        // Bytes, not text: decoding would hide some of the damage.
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        var end = text.LastIndexOf("sha256 ", StringComparison.Ordinal);
        if (end < 0 || text[end..] != $"sha256 {Digest(text[..end])}\n")
            throw Untold($"{path} is damaged", folder);

        var lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        if (lines.Count != partitions || lines.Any(parts => parts.Length != 3))
            throw Untold($"{path} belongs to another store", folder);
        return [.. lines.Select(parts => (long.Parse(parts[1], CultureInfo.InvariantCulture), Convert.FromHexString(parts[2])))];
    }

    /// <summary>A store that was written to has no such file.</summary>
    public static StoreDamagedException Missing(string folder) => Untold($"{Path.Combine(folder, FileName)} is missing", folder);

    private static StoreDamagedException Untold(string what, string folder) => new(what + ", so nothing tells whether the journal is complete. "
        + $"Restore a complete copy of the folder, or accept the journal as it is with 'act audit {folder} --accept-loss'.");

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text)));
}
