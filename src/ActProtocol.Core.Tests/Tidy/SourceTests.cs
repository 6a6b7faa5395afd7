using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ActProtocol.Tidy;

/// <summary>What must not be in a repository that is meant to be finished, and in which direction its projects know each other.</summary>
public class SourceTests
{
    static readonly Dictionary<string, string[]> Knows = new()
    {
        ["ActProtocol.Wire"] = [],
        ["ActProtocol.Core"] = ["ActProtocol.Wire"],
        ["ActProtocol.Engine"] = ["ActProtocol.Core"],
        ["ActProtocol.Sqlite"] = ["ActProtocol.Engine"],
        ["ActProtocol.Broker"] = ["ActProtocol.Engine", "ActProtocol.Sqlite"],
        ["ActProtocol.Client"] = ["ActProtocol.Core"],
        ["ActProtocol.Conformance"] = ["ActProtocol.Wire"],
        ["act"] = ["ActProtocol.Broker", "ActProtocol.Client"],
        ["bench"] = ["ActProtocol.Broker", "ActProtocol.Client"],
    };

    // Written apart, so that this file does not find itself.
    static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", @"\bSk" + @"ip\s*=", @"Assert\.Sk" + "ip"];

    static readonly string[] Machines =
        [@"nuget\." + "org", @"npm" + @"js\.", @"debian\." + "org", @"pypi\." + "org", @"(?<![\w.])/work" + "/", @"(?<![\w.])/ro" + "ot/", @"(?<![\w.])/ho" + "me/"];

    public static TheoryData<string> Projects => new(RepositoryFiles.Ending(".csproj"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Projects_know_each_other_in_one_direction(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var known = XDocument.Load(Repository.PathOf(path)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToList();
        if (name.EndsWith(".Tests", StringComparison.Ordinal)) Assert.Contains(name[..^".Tests".Length], known);
        else if (path.Contains(".Tests/", StringComparison.Ordinal)) Assert.DoesNotContain(known, other => other.EndsWith(".Tests", StringComparison.Ordinal));
        else Assert.Equal(Knows[name], known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_is_left_undone() => Assert.Empty(Finds(Unfinished, RepositoryFiles.Ending(".cs", ".proto", ".mjs", ".sh", ".csproj", ".props")));

    [Fact]
    public void Nothing_names_a_machine_or_where_packages_came_from() => Assert.Empty(Finds(
        Machines, RepositoryFiles.Ending(".cs", ".proto", ".mjs", ".sh", ".csproj", ".props", ".md", ".json", ".npmrc", ".yaml", ".yml", "/run", ".txt")));

    static IEnumerable<string> Finds(string[] patterns, IEnumerable<string> paths)
    {
        var pattern = new Regex(string.Join('|', patterns));
        return paths.SelectMany(path => RepositoryFiles.Read(path).Split('\n').Select((line, index) => (line, index))
            .Where(item => pattern.IsMatch(item.line)).Select(item => $"{path}:{item.index + 1}: {item.line.Trim()}"));
    }
}
