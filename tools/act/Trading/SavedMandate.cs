using System.Text.Json;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A lodged mandate beside its agent's key, so that <c>act buy</c> finds it: <c>KEYS/AGENT.mandate</c>.</summary>
/// <remarks>The broker knows it by its digest; this file holds the signed bytes, which say what was allowed.</remarks>
sealed record SavedMandate(Digest Digest, Mandate Terms)
{
    public static string PathOf(KeyRing keys, string agent) => Path.Combine(keys.Folder, $"{Words.Short(agent)}.mandate");

    public static SavedMandate? Find(KeyRing keys, string agent)
    {
        var path = PathOf(keys, agent);
        if (!File.Exists(path)) return null;
        try
        {
            return Of(JsonFile.Read(path).Root.Required("envelope").Element.GetBytesFromBase64());
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or Google.Protobuf.InvalidProtocolBufferException or BadInputException)
        {
            throw new BadInputException($"'{path}' holds no lodged mandate: remove it, or name one with --mandate.", fault);
        }
    }

    public static void Save(KeyRing keys, string agent, Envelope envelope)
    {
        var (path, saved) = (PathOf(keys, agent), Of(envelope.Content.ToByteArray()));
        // Written whole, then named: a file that is half written never stands there.
        File.WriteAllText($"{path}.new", JsonSerializer.Serialize(new { mandate = saved.Digest.ToString(), envelope = envelope.Content.ToBase64() }) + "\n");
        File.Move($"{path}.new", path, overwrite: true);
    }

    static SavedMandate Of(byte[] content) => new(SignedBytes.DigestOf(content), Content.Parser.ParseFrom(content).Mandate ?? throw new FormatException("no mandate"));
}
