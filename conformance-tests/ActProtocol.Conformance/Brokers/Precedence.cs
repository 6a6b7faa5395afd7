using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Which of two codes is told first (ERR-02): the rows of the registry are in that order, the first row first.</summary>
static class Precedence
{
    static readonly Dictionary<string, int> Places = SpecFiles.Read<ErrorRow[]>("registry/errors.json").Select((row, place) => (row.Name, place)).ToDictionary(row => row.Name, row => row.place);

    /// <summary>From 0; a code that is none of the registry's comes last.</summary>
    public static int Of(string code) => Places.GetValueOrDefault(code, int.MaxValue);
}
