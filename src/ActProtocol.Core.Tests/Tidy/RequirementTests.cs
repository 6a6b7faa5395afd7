using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ActProtocol.Errors;
using ActProtocol.Vectors;

namespace ActProtocol.Tidy;

/// <summary>Requirements have one home each, in spec/, and whoever cites one cites one that is there.</summary>
public partial class RequirementTests
{
    static readonly IReadOnlyList<string> Pages = [.. RepositoryFiles.Ending(".md").Where(path => PageOfSpec().IsMatch(path))];

    static readonly ILookup<string, string> Homes = Pages
        .SelectMany(page => Definition().Matches(RepositoryFiles.Read(page)).Select(match => (Id: match.Groups[1].Value, Page: page)))
        .ToLookup(item => item.Id, item => item.Page);

    [Fact]
    public void Each_stands_on_one_page_once() => Assert.All(Homes, home => Assert.Single(home));

    [Fact]
    public void Each_page_has_its_own_letters_and_numbers_them_without_gaps()
    {
        var pages = Homes.SelectMany(home => home.Select(page => (Page: page, Id: home.Key))).ToLookup(item => item.Page, item => item.Id);
        Assert.True(pages.Count > 10);
        Assert.All(pages, page =>
        {
            Assert.Single(page.Select(id => id[..3]).Distinct());
            Assert.Equal(Enumerable.Range(1, page.Count()), page.Select(id => int.Parse(id[4..], CultureInfo.InvariantCulture)));
        });
        Assert.Equal(pages.Count, pages.Select(page => page.First()[..3]).Distinct().Count());
    }

    [Fact]
    public void Whoever_cites_one_cites_one_that_is_there()
    {
        var cited = RepositoryFiles.Ending(".cs", ".proto", ".md", ".mjs", ".json", ".sh", ".cshtml", ".js", ".ts").Where(path => !path.EndsWith("package-lock.json", StringComparison.Ordinal))
            .SelectMany(path => Id().Matches(RepositoryFiles.Read(path)).Select(match => (path, id: match.Value)))
            .Where(item => !item.id.StartsWith("UTF", StringComparison.Ordinal));
        Assert.Empty(cited.Where(item => !Homes.Contains(item.id)).Distinct().Select(item => $"{item.path}: {item.id}"));
    }

    [Fact]
    public void They_are_listed_for_machines()
    {
        var rows = Pages.SelectMany(page =>
        {
            var written = RepositoryFiles.Read(page);
            var headings = Heading().Matches(written);
            return Requirement().Matches(written).Select(match => new
            {
                id = match.Groups[1].Value,
                page = page["spec/".Length..],
                section = headings.Last(heading => heading.Index < match.Index).Groups[1].Value,
                level = new[] { "MUST", "SHOULD", "MAY" }.FirstOrDefault(level => match.Groups[2].Value.Contains(level, StringComparison.Ordinal)) ?? "MUST",
                since = "1.0",
                codes = Code().Matches(match.Groups[2].Value).Select(code => code.Groups[1].Value).Where(code => ErrorRegistry.Find(code) is not null).Distinct(),
                // Tables are left to the page.
                text = string.Join(' ', match.Groups[2].Value.Split('\n').TakeWhile(line => !line.StartsWith('|')).Select(line => line.Trim()).Where(line => line.Length > 0)),
                sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', match.Groups[2].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))))),
            });
        });
        Repository.AssertRendered("spec/registry/requirements.json", RegistryTests.Rows(rows));
    }

    [Fact]
    public void Each_row_of_the_table_and_each_vector_names_one()
    {
        Assert.All(Transactions.TransactionRules.Table, rule => Assert.True(Homes.Contains(rule.Id), rule.Id));
        Assert.All(VectorFile.Names.SelectMany(VectorFile.Read).Select(vector => vector.Text("id")), id => Assert.True(Homes.Contains(id[..6]) && id[6] == '/', id));
    }

    [Fact]
    public void Each_code_of_the_registry_is_the_answer_of_some_requirement()
    {
        var text = string.Concat(Pages.Select(RepositoryFiles.Read));
        Assert.All(ErrorRegistry.Entries, entry => Assert.Contains($"`{entry.Name}`", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Vectors_are_listed_where_they_are()
    {
        var listed = Regex.Matches(RepositoryFiles.Read("spec/vectors/README.md"), "`([a-z-]+/[a-z-]+\\.json)`").Select(match => match.Groups[1].Value);
        Assert.Equal(VectorFile.Names, listed.Order(StringComparer.Ordinal));

        // And each is named by the page that it is about.
        var pages = string.Concat(Pages.Select(RepositoryFiles.Read));
        Assert.All(VectorFile.Names, name => Assert.Contains($"(vectors/{name})", pages, StringComparison.Ordinal));
    }

    [GeneratedRegex("^spec/[a-z-]+\\.md$")]
    private static partial Regex PageOfSpec();

    [GeneratedRegex(@"^\*\*([A-Z]{3}-[0-9]{2})\*\* ", RegexOptions.Multiline)]
    private static partial Regex Definition();

    // To the next requirement, reason or heading: tables and further lines belong to it.
    [GeneratedRegex(@"^\*\*([A-Z]{3}-[0-9]{2})\*\* ((?:(?!^(?:\*\*[A-Z]{3}-|> |#)).*\n?)+)", RegexOptions.Multiline)]
    private static partial Regex Requirement();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z]{3}-[0-9]{2}\b")]
    private static partial Regex Id();
}
