using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Envelopes.EnvelopeLimits;

namespace ActProtocol.Envelopes;

/// <summary>The form of a header (ENV-10 to ENV-16).</summary>
static class HeaderRules
{
    /// <summary>The field that is wrong, or null.</summary>
    public static string? Fault(Header header)
    {
        if (header.VersionMajor == 0) return "header.version_major";
        if (header.MessageId.Length != Id16.Length || IsZero(header.MessageId)) return "header.message_id";
        if (!header.TransactionId.IsEmpty && (header.TransactionId.Length != Id16.Length || IsZero(header.TransactionId))) return "header.transaction_id";
        if (!ActId.IsValid(header.Sender)) return "header.sender";
        if (!ActId.IsValid(header.Broker)) return "header.broker";
        if (!AreRecipients(header)) return "header.recipients";
        if (header.Follows.Length is not (0 or Digest.Length)) return "header.follows";
        if (header.Mandate.Length is not (0 or Digest.Length)) return "header.mandate";
        if (header.SentAtMs <= 0) return "header.sent_at_ms";
        // Subtracted, not added: sent_at may be as large as it likes.
        if (header.ExpiresAtMs <= header.SentAtMs || header.ExpiresAtMs - header.SentAtMs > LifetimeMs) return "header.expires_at_ms";
        if (header.Home >= ActId.Buckets) return "header.home";
        return ExtensionFault(header);
    }

    static bool IsZero(ByteString bytes) => !bytes.Span.ContainsAnyExcept((byte)0);

    static bool AreRecipients(Header header)
    {
        if (header.Recipients.Count > RecipientsMax) return false;
        for (var i = 0; i < header.Recipients.Count; i++)
        {
            if (!ActId.IsValid(header.Recipients[i])) return false;
            for (var j = 0; j < i; j++)
            {
                if (header.Recipients[i] == header.Recipients[j]) return false;
            }
        }
        return true;
    }

    static string? ExtensionFault(Header header)
    {
        if (header.Extensions.Count == 0 && header.Critical.Count == 0) return null;
        if (header.Extensions.Count > ExtensionsMax) return "header.extensions";

        HashSet<string> names = [];
        foreach (var extension in header.Extensions)
        {
            if (!IsExtensionName(extension.Name) || extension.Value.Length > ExtensionBytesMax || !names.Add(extension.Name)) return "header.extensions";
        }
        foreach (var name in header.Critical)
        {
            if (!names.Remove(name)) return "header.critical";
        }
        return null;
    }

    static bool IsExtensionName(string name) =>
        name.Length is > 0 and <= ExtensionNameMax
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');
}
