namespace ActProtocol.Conformance.Reports;

static class HtmlReport
{
    public static void Write(RunReport report, Stream stream) => JsonReport.Write(report, stream);
}
