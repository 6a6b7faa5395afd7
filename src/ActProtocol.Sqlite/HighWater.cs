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
    }

    /// <summary>What the file says, or null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<(int Partition, long Next, byte[] Head)>? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;

        var text = File.ReadAllText(path);
        var end = text.LastIndexOf("sha256 ", StringComparison.Ordinal);
        if (end < 0 || text[end..] != $"sha256 {Digest(text[..end])}\n")
            throw new InvalidDataException($"{path} is damaged, so nothing tells whether the journal is complete. "
                + "Restore a complete copy of the folder, or remove the file if the journal is known to be whole.");

        return [.. text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(parts =>
            (int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), Convert.FromHexString(parts[2])))];
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
