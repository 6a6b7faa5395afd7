using System.Text;
using System.Text.RegularExpressions;

namespace ActProtocol.Conformance.Reports;

/// <summary>Takes secrets out of whatever is reported: those that the suite was given, and what looks like one.</summary>
sealed partial class Redactor
{
    public const string Mark = "[redacted]";

    /// <summary>Shorter texts are no secrets, and would be found everywhere.</summary>
    const int LengthMin = 8;

    readonly List<(string Text, byte[] Bytes)> _secrets;

    public Redactor(IEnumerable<string> secrets) =>
        _secrets = [.. secrets.Where(secret => secret.Length >= LengthMin).Distinct().OrderByDescending(secret => secret.Length).Select(secret => (secret, Encoding.UTF8.GetBytes(secret)))];

    /// <summary>The values of variables whose names say that they are secret: a subject has them from us, and may write them out.</summary>
    public static IEnumerable<string> SecretsOf(IEnumerable<KeyValuePair<string, string>> environment) =>
        environment.Where(pair => SecretName().IsMatch(pair.Key)).Select(pair => pair.Value);

    /// <summary>A key in the ways in which one writes keys.</summary>
    public static IEnumerable<string> FormsOf(byte[] key)
    {
        var base64 = Convert.ToBase64String(key);
        return [Convert.ToHexStringLower(key), Convert.ToHexString(key), base64, base64.TrimEnd('='), base64.TrimEnd('=').Replace('+', '-').Replace('/', '_'), Encoding.Latin1.GetString(key)];
    }

    public string Text(string text)
    {
        foreach (var (secret, _) in _secrets) text = text.Replace(secret, Mark, StringComparison.Ordinal);
        text = PrivateKey().Replace(text, $"$1{Mark}");
        return Token().Replace(text, $"$1{Mark}");
    }

    /// <summary>The same length, so that what is around it can still be read; the very array where there is nothing to hide.</summary>
    public byte[] Bytes(byte[] bytes)
    {
        var copy = bytes;
        foreach (var (_, secret) in _secrets)
        {
            for (var from = 0; from < copy.Length && copy.AsSpan(from).IndexOf(secret) is var at and >= 0; from += at + secret.Length)
            {
                if (copy == bytes) copy = [.. bytes];
                copy.AsSpan(from + at, secret.Length).Fill((byte)'*');
            }
        }
        // Text that came as bytes: the patterns see the same as in text, one byte a character.
        var text = Encoding.Latin1.GetString(copy);
        foreach (var match in PrivateKey().Matches(text).Concat(Token().Matches(text)))
        {
            if (copy == bytes) copy = [.. bytes];
            var from = match.Groups[1].Index + match.Groups[1].Length;
            copy.AsSpan(from, match.Index + match.Length - from).Fill((byte)'*');
        }
        return copy;
    }

    [GeneratedRegex("(TOKEN|SECRET|PASSWORD|PASSPHRASE|PASSWD|API_?KEY|PRIVATE|CREDENTIAL)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex("(-----BEGIN [A-Z ]*PRIVATE KEY-----)[A-Za-z0-9+/=\\s\\\\]+(-----END [A-Z ]*PRIVATE KEY-----)?", RegexOptions.None, 1000)]
    private static partial Regex PrivateKey();

    [GeneratedRegex("\\b((?:bearer|basic)\\s+|(?:access_token|api_key|password|client_secret)\"?\\s*[=:]\\s*\"?)[A-Za-z0-9._~+/=-]{8,}", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Token();
}
