using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>Whatever a subject sends, no report obeys it, and no secret stands in one.</summary>
public partial class HostileSubjectTests
{
    static readonly RunReport Report = Results.Report([Results.HostileOne(Results.A(0)), Results.Passed(Results.A(1))]);

    [Fact]
    public void The_page_holds_no_markup_of_the_subjects()
    {
        var html = Written(stream => HtmlReport.Write(Report, stream));
        // Ours are one style and one script; whatever else opens is an element of the page's own.
        Assert.Single(Regex.Matches(html, "<script"));
        Assert.DoesNotContain("alert(1)</script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>\n", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=", html);
        MustBePlain(html);
    }

    [Fact]
    public void JUnit_is_XML_and_plain()
    {
        var xml = Written(stream => JUnitReport.Write(Report, stream));
        var root = XDocument.Parse(xml).Root!;
        var failure = Assert.Single(root.Descendants("failure"));
        Assert.Equal(Results.A(0).Id, failure.Parent!.Attribute("name")!.Value);
        Assert.Equal(Results.A(0).Check.Area, failure.Parent.Attribute("classname")!.Value);
        MustBePlain(xml);
    }

    [Fact]
    public void The_summary_has_neither_markup_nor_mentions()
    {
        var summary = GitHubReport.Summary(Report);
        Assert.DoesNotContain("<script", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("\n::error::forged", summary, StringComparison.Ordinal);
        Assert.Equal(6, summary.Split('\n').Single(line => line.Contains(Results.A(0).Id, StringComparison.Ordinal)).Count(character => character == '|'));
        MustBePlain(summary);
    }

    [Fact]
    public void An_annotation_is_one_line() =>
        Assert.All(GitHubReport.Annotations(Report), line => Assert.Matches("^::(error|warning) title=[^\\n]*::[^\\n]*$", line));

    [Fact]
    public void A_summary_stays_below_its_bound()
    {
        var many = Results.Report([.. Results.All.SelectMany(planned => Enumerable.Range(0, 6).Select(number => Results.HostileOne(planned) with { Id = $"{planned.Id}@again-{number}" }))]);
        var summary = GitHubReport.Summary(many);
        Assert.InRange(Encoding.UTF8.GetByteCount(summary), GitHubReport.BytesMax / 3, 1_000_000);
        Assert.Matches("and [0-9]+ more", summary);
    }

    [Fact]
    public void Json_reads_back_and_is_ASCII()
    {
        var path = Path.Combine(SuiteProcess.NewFolder(), "report.json");
        OutputFile.Write(path, stream => JsonReport.Write(Report, stream));
        var json = File.ReadAllText(path);
        Assert.Equal(json, Written(stream => JsonReport.Write(JsonReport.Read(path), stream)));
        Assert.All(json, character => Assert.True(character is '\n' or (>= ' ' and < '\u007f')));
        Assert.DoesNotContain("<script", json, StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_is_in_any_report()
    {
        var folder = SuiteProcess.NewFolder();
        var result = Report.Results.Single(result => result.Verdict is Verdict.Fail);
        Bundle.Write(folder, new BundledCase { Id = result.Id, Subject = "broker", Seed = 1, Unkind = 1, Suite = "1", Verdict = "fail" }, result);
        List<string> all = [Written(stream => HtmlReport.Write(Report, stream)), Written(stream => JUnitReport.Write(Report, stream)), Written(stream => JsonReport.Write(Report, stream)), GitHubReport.Summary(Report)];
        all.AddRange(Directory.EnumerateFiles(folder).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        foreach (var text in all)
        {
            Assert.DoesNotContain("the-secret-of-ours", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String("the-secret-of-ours"u8), text, StringComparison.Ordinal);
            Assert.DoesNotContain("abcdefgh12345678", text, StringComparison.Ordinal);
        }
        Assert.Contains(Redactor.Mark, all[0], StringComparison.Ordinal);
        Assert.Contains("test keys", File.ReadAllText(Path.Combine(folder, "why.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\n-----END PRIVATE KEY-----", "MC4CAQ")]
    [InlineData("{\"access_token\": \"eyJhbGciOi.J9\"}", "eyJhbGciOi")]
    [InlineData("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz")]
    public void What_looks_like_a_secret_is_none_in_a_report(string text, string secret)
    {
        var redactor = new Redactor([]);
        Assert.DoesNotContain(secret, redactor.Text(text), StringComparison.Ordinal);
        var bytes = redactor.Bytes(Encoding.UTF8.GetBytes(text));
        Assert.Equal(text.Length, bytes.Length);
        Assert.DoesNotContain(secret, Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_badge_is_made_of_a_complete_run_only()
    {
        Assert.Null(Badge.WhyNot(Report));
        Assert.Contains("core 1/2", Badge.Svg(Report), StringComparison.Ordinal);
        Assert.Contains(Report.Suite.Digest, Badge.Svg(Report), StringComparison.Ordinal);
        Assert.Contains("2030-01-01", Badge.Endpoint(Report), StringComparison.Ordinal);
        Assert.NotNull(Badge.WhyNot(Report with { Filter = ["QUO-*"] }));
        Assert.NotNull(Badge.WhyNot(Report with { Partial = "interrupted" }));
        Assert.NotNull(Badge.WhyNot(Report with { Shard = "1/2" }));
        _ = XDocument.Parse(Badge.Svg(Report));
    }

    static void MustBePlain(string text) => Assert.DoesNotMatch(Obeyed(), text);

    static string Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")]
    private static partial Regex Obeyed();
}
