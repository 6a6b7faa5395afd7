namespace ActProtocol.Tidy;

/// <summary>The files of this repository as somebody wrote them: without what is built, downloaded or kept by git.</summary>
static class RepositoryFiles
{
    static readonly string[] Unwritten = ["bin", "obj", "node_modules", ".git", ".vs", "TestResults"];

    // What tools/proto.sh copies there for buf, and what the README's examples leave.
    static readonly string[] Left = ["protocol/google", "artifacts", "act-data", "act-keys"];

    /// <summary>Paths from the root, with '/', in order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Under(Repository.Root).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    public static IEnumerable<string> Ending(params string[] ends) => All.Where(path => ends.Any(end => path.EndsWith(end, StringComparison.Ordinal)));

    static IEnumerable<string> Under(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder).Where(path => !Unwritten.Contains(Path.GetFileName(path)) && !Left.Contains(Path.GetRelativePath(Repository.Root, path))))
        {
            foreach (var file in Under(inner)) yield return file;
        }
    }
}
