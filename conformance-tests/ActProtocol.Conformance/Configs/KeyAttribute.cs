namespace ActProtocol.Conformance.Configs;

/// <summary>A key of a file that people write: what the reader binds, the schema shows and the help tells.</summary>
[AttributeUsage(AttributeTargets.Property)]
sealed class KeyAttribute(string says) : Attribute
{
    public string Says => says;

    public bool Required { get; init; }

    /// <summary>What a text must be: empty for any.</summary>
    public Form Form { get; init; }

    /// <summary>The only texts that are right; empty for any.</summary>
    public string[] OneOf { get; init; } = [];
}

/// <summary>What a text of a file must be.</summary>
enum Form
{
    Any,

    /// <summary>http or https, with a host; {port} and {json_port} may stand for ports.</summary>
    Address,

    /// <summary>yyyy-mm-dd</summary>
    Date,
}
