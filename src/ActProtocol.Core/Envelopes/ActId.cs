using System.Text;

namespace ActProtocol.Envelopes;

/// <summary>Names of principals, agents, brokers and operators: <c>act://authority/name</c> (ENV-10).</summary>
/// <remarks>Ids travel and are compared as strings; this says which strings are ids, and what follows from one.</remarks>
public static class ActId
{
    public const string Scheme = "act://";
    public const int AuthorityLengthMax = 63;
    public const int NameLengthMax = 64;

    /// <summary>Buckets that accounts hash to, for ever; partitions own ranges of them.</summary>
    public const int Buckets = 4096;

    public static bool IsValid(string? id)
    {
        if (id is null || !id.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        var rest = id.AsSpan(Scheme.Length);
        var slash = rest.IndexOf('/');
        return slash > 0 && slash <= AuthorityLengthMax && IsAuthority(rest[..slash]) && IsName(rest[(slash + 1)..]);
    }

    public static string Of(string authority, string name)
    {
        var id = $"{Scheme}{authority}/{name}";
        return IsValid(id) ? id : throw new FormatException($"Not an id: '{id}'. Ids are act://authority/name out of a-z, 0-9 and '-'.");
    }

    /// <summary>The authority of a valid id.</summary>
    public static ReadOnlySpan<char> AuthorityOf(string id)
    {
        var rest = id.AsSpan(Scheme.Length);
        return rest[..rest.IndexOf('/')];
    }

    /// <summary>The bucket of an account: the first 12 bits of SHA-256 of its id.</summary>
    public static int BucketOf(string account)
    {
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Span<byte> bytes = stackalloc byte[256];
        Sha256.Hash(bytes[..Encoding.ASCII.GetBytes(account, bytes)], hash);
        return (hash[0] << 4) | (hash[1] >> 4);
    }

    static bool IsAuthority(ReadOnlySpan<char> authority)
    {
        foreach (var label in authority.Split('.'))
        {
            if (!IsName(authority[label])) return false;
        }
        return true;
    }

    static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > NameLengthMax || name[0] == '-' || name[^1] == '-') return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }
        return true;
    }
}
