using System.Text;
using ActProtocol.Conformance.CommandLine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ActProtocol.Conformance.Configs;

/// <summary>YAML (or JSON, which is YAML) that a person wrote. Each fault is one sentence with file, line and column.</summary>
static class YamlFile
{
    public const int BytesMax = 1 << 20;

    /// <exception cref="BadInputException">It is not there, or is none of <typeparamref name="T"/>.</exception>
    public static T Read<T>(string path) => (T)Bind(path, typeof(T));

    static object Bind(string path, Type type)
    {
        var text = Text(path);
        var documents = Parse(path, text);
        if (documents.Count == 0 || documents[0].RootNode is YamlScalarNode { Value: null or "" }) throw new BadInputException($"'{path}' is empty.");
        if (documents.Count > 1) throw Fault(path, documents[1].RootNode.Start, "a second document begins here; one is expected.");
        return new YamlBinder(path).Bind(documents[0].RootNode, type, "the file");
    }

    internal static BadInputException Fault(string path, Mark at, string message) => new($"{path}:{at.Line}:{at.Column}: {message}");

    static IList<YamlDocument> Parse(string path, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
            return stream.Documents;
        }
        catch (YamlException fault)
        {
            // The library puts the place before its sentence once more, and the cause of a double key inside.
            var sentence = (fault.InnerException ?? fault).Message;
            throw Fault(path, fault.Start, $"this is no YAML: {sentence[(sentence.StartsWith('(') ? sentence.IndexOf("): ", StringComparison.Ordinal) + 3 : 0)..].TrimEnd('.')}.");
        }
    }

    static string Text(string path)
    {
        if (Directory.Exists(path)) throw new BadInputException($"'{path}' is a folder; a file is expected.");
        if (!File.Exists(path)) throw new BadInputException($"There is no file '{path}'.");
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[BytesMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > BytesMax) throw new BadInputException($"'{path}' is longer than {BytesMax:N0} bytes.");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new BadInputException($"'{path}' is no UTF-8 text.");
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new BadInputException($"'{path}' can't be read: {fault.Message.TrimEnd('.')}.");
        }
    }
}
