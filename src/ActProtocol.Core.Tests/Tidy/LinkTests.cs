using System.Text.RegularExpressions;

namespace ActProtocol.Tidy;

public partial class LinkTests
{
    public static TheoryData<string> Documents => new(RepositoryFiles.Ending(".md"));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Relative_links_lead_somewhere(string path)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(path))!;
        var targets = Link().Matches(RepositoryFiles.Read(path)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal));
        Assert.DoesNotContain(targets, target => !Path.Exists(Path.Combine(folder, target)));
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
