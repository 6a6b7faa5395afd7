using System.Globalization;
using System.Text;
using System.Xml;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>JUnit's XML: a class is an area, a name is a check's id. What is not claimed or known to fail is skipped; what is untested fails.</summary>
static class JUnitReport
{
    const int OutputMax = 20_000;

    public static void Write(RunReport report, Stream stream)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", $"act-conformance {report.Suite.Version} {report.Subject.Kind}");
        foreach (var area in report.Results.GroupBy(result => result.Area).OrderBy(area => area.Key, StringComparer.Ordinal)) WriteArea(xml, report, area.Key, [.. area]);
        xml.WriteEndElement();
    }

    static void WriteArea(XmlWriter xml, RunReport report, string area, List<ReportedCheck> results)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", area);
        xml.WriteAttributeString("timestamp", report.Started.TrimEnd('Z'));
        WriteNumber(xml, "tests", results.Count);
        WriteNumber(xml, "failures", results.Count(IsFailure));
        WriteNumber(xml, "errors", results.Count(result => result.Verdict is Verdict.HarnessError));
        WriteNumber(xml, "skipped", results.Count(IsSkipped));
        xml.WriteAttributeString("time", Seconds(results.Sum(result => result.TookMs)));
        xml.WriteStartElement("properties");
        foreach (var (name, value) in new[] { ("seed", report.Seed.ToString(CultureInfo.InvariantCulture)), ("suite", report.Suite.Digest), ("partial", report.Partial ?? "no") })
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", Inert.Line(value));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        foreach (var result in results) WriteResult(xml, result);
        xml.WriteEndElement();
    }

    static void WriteResult(XmlWriter xml, ReportedCheck result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", result.Area);
        xml.WriteAttributeString("name", result.Id);
        xml.WriteAttributeString("time", Seconds(result.TookMs));
        if (IsSkipped(result)) WriteOutcome(xml, "skipped", result, null);
        else if (result.Verdict is Verdict.HarnessError) WriteOutcome(xml, "error", result, "harness-error");
        else if (IsFailure(result)) WriteOutcome(xml, "failure", result, ReportBuilder.NameOf(result.Verdict));
        else if (result.Verdict is not Verdict.Pass) xml.WriteElementString("system-out", Inert.Lines(Sentences.Of(result), OutputMax));
        xml.WriteEndElement();
    }

    static void WriteOutcome(XmlWriter xml, string element, ReportedCheck result, string? type)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("message", Inert.Line(Sentences.Short(result)));
        if (type is not null) xml.WriteAttributeString("type", type);
        if (type is not null) xml.WriteString(Inert.Lines(Sentences.Of(result), OutputMax));
        xml.WriteEndElement();
    }

    static bool IsSkipped(ReportedCheck result) => result.Verdict is Verdict.NotClaimed || (result.Known is not null && result.Verdict is (Verdict.Fail or Verdict.Untested or Verdict.Inconclusive));

    static bool IsFailure(ReportedCheck result) => result.Scored && result.Known is null && result.Verdict is (Verdict.Fail or Verdict.Untested or Verdict.Inconclusive);

    static void WriteNumber(XmlWriter xml, string name, int number) => xml.WriteAttributeString(name, number.ToString(CultureInfo.InvariantCulture));

    static string Seconds(long ms) => (ms / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);
}
