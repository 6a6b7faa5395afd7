using System.Globalization;

namespace ActProtocol.Conformance;

/// <summary>Which broken subject was caught by which check, and how long that took: a line each under <c>artifacts/caught/</c>, printed by <c>conformance-tests/mutants.sh</c>.</summary>
sealed class CaughtTable(string subject)
{
    readonly Lock _lock = new();
    bool _begun;

    public void Add(string name, string expected, IEnumerable<string> caughtBy, TimeSpan took)
    {
        var folder = Repository.PathOf("artifacts/caught");
        var line = string.Create(CultureInfo.InvariantCulture, $"{subject}\t{name}\t{expected}\t{string.Join(", ", caughtBy.Order(StringComparer.Ordinal).Take(3))}\t{took.TotalSeconds:0.0} s\n");
        lock (_lock)
        {
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, $"{subject}.tsv");
            if (_begun) File.AppendAllText(file, line);
            else File.WriteAllText(file, line);
            _begun = true;
        }
    }
}
