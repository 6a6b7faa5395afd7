namespace ActProtocol.Conformance.CommandLine;

/// <summary>The name that somebody probably meant.</summary>
static class Near
{
    /// <summary>" Did you mean 'x'?", or nothing when no name is near enough.</summary>
    public static string Hint(string typed, IEnumerable<string> names)
    {
        var best = names.Select(name => (Name: name, Edits: Distance(typed, name))).OrderBy(found => found.Edits).FirstOrDefault();
        return best.Name is not null && best.Edits <= Math.Max(1, Math.Max(typed.Length, best.Name.Length) / 3) ? $" Did you mean '{best.Name}'?" : "";
    }

    // Levenshtein's, where two neighbours swapped count once; upper and lower case are the same.
    static int Distance(string left, string right)
    {
        if (left.Length > 64) return int.MaxValue;
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var same = Same(left[i - 1], right[j - 1]);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1])) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[left.Length, right.Length];
    }

    static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
