using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace ActProtocol.Rendering;

/// <summary>The sentences of one language, from its resource file: a third language is one more file.</summary>
sealed class Language
{
    static readonly FrozenDictionary<string, Language> All = new[] { "en", "zh" }.ToFrozenDictionary(name => name, Load);

    readonly FrozenDictionary<string, string> _sentences;

    Language(Dictionary<string, string> sentences) => _sentences = sentences.ToFrozenDictionary();

    internal static IEnumerable<string> Names => All.Keys;

    internal IReadOnlyDictionary<string, string> Sentences => _sentences;

    public static Language? Find(string name) => All.GetValueOrDefault(name);

    public string Say(string sentence, params object[] parts) => string.Format(CultureInfo.InvariantCulture, _sentences[sentence], parts);

    static Language Load(string name)
    {
        using var file = typeof(Language).Assembly.GetManifestResourceStream($"ActProtocol.Rendering.{name}.json")!;
        return new Language(JsonSerializer.Deserialize<Dictionary<string, string>>(file)!);
    }
}
