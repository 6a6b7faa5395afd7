using System.Text.Encodings.Web;
using System.Text.Json;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance;

/// <summary>Every sentence that requires something has a check, or a reason why it has none; and no check outlives the sentence that it was written for.</summary>
public class RequirementSetTests
{
    const string File = "spec/requirements/v1.json";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_sentences_are_as_somebody_last_looked_at_them()
    {
        var frozen = RequirementSet.Newest.Requirements.ToDictionary(requirement => requirement.Id);
        var now = Requirement.All.Where(requirement => requirement.Level is "MUST" or "SHOULD").OrderBy(requirement => requirement.Id, StringComparer.Ordinal)
            .Select(requirement => frozen.GetValueOrDefault(requirement.Id) is not { } row ? new FrozenRequirement(requirement.Id, 1, requirement.Sha256, null)
                : row.Sha256 == requirement.Sha256 ? row : row with { Rev = row.Rev + 1, Sha256 = requirement.Sha256 }).ToList();
        if (Environment.GetEnvironmentVariable("ACT_UPDATE") == "1") Write(RequirementSet.Newest with { Requirements = now });
        Assert.Equal(now, RequirementSet.Newest.Requirements);
    }

    [Fact]
    public void Each_has_a_check_written_for_its_present_words_or_a_reason_why_not() =>
        Assert.Empty(new Coverage().Rows.Where(row => !row.IsCovered).Select(row => $"{row.Requirement.Id} (revision {row.Rev}): {row.Requirement.Text}"));

    [Fact]
    public void What_has_a_check_has_no_reason_why_not() => Assert.Empty(new Coverage().Rows.Where(row => row is { Checks.Count: > 0, Untestable: not null }).Select(row => row.Requirement.Id));

    [Fact]
    public void Each_check_has_its_requirement_and_an_id_in_its_form()
    {
        Assert.All(CheckCatalogue.All, check => Assert.Matches("^[A-Z]{3}-[0-9]{2}\\.[a-z0-9]+(-[a-z0-9]+)*$", check.Id));
        Assert.All(CheckCatalogue.All.SelectMany(check => check.Declared.Also), id => Assert.NotNull(Requirement.Of(id)));
    }

    [Fact]
    public void A_frozen_check_is_never_renamed() =>
        Assert.Empty(RequirementSet.All.SelectMany(set => set.Checks.Values.SelectMany(ids => ids)).Except(CheckCatalogue.All.Select(check => check.Id)));

    static void Write(RequirementSet set)
    {
        var rows = string.Join(",\n    ", set.Requirements.Select(row => JsonSerializer.Serialize(row, Json)));
        var checks = string.Join(",\n    ", set.Checks.Select(profile => $"\"{profile.Key}\": [\n      {string.Join(",\n      ", profile.Value.Select(id => $"\"{id}\""))}\n    ]"));
        System.IO.File.WriteAllText(Repository.PathOf(File), $$"""
            {
              "version": "{{set.Version}}",
              "requirements": [
                {{rows}}
              ],
              "checks": {
                {{checks}}
              }
            }

            """.ReplaceLineEndings("\n"));
    }
}
