namespace ActProtocol.Conformance.Checks;

/// <summary>A check: a static method that takes one scenario and asserts what one requirement says.</summary>
/// <param name="id">The requirement, a dot and a slug, for example <c>ENV-03.singular-field-twice</c>. Never renamed, never reused.</param>
/// <param name="says">What must come of what, in one sentence: what a report shows first.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
sealed class CheckAttribute(string id, string says) : Attribute
{
    public string Id => id;

    public string Says => says;

    /// <summary>The revision of the requirement that it was written for: when the words change, somebody has to look at it again.</summary>
    public int Rev { get; init; } = 1;

    /// <summary>Further requirements that a failure would break.</summary>
    public string[] Also { get; init; } = [];

    /// <summary>Names of the values that it is run with, one result each as <c>id@value</c>; the method then takes the name as its second parameter.</summary>
    public string[] Values { get; init; } = [];

    /// <summary>A file of <c>vectors/</c>, for example <c>envelopes/refusals.json</c>: it is run with each of its vectors that are of the check's requirement, and the method takes the vector's id.</summary>
    public string? Vectors { get; init; }

    /// <summary>The profile that must be claimed for it to count.</summary>
    public string Profile { get; init; } = "core";

    /// <summary>It is about a SHOULD of a requirement that has a MUST too: breaking it warns.</summary>
    public bool Should { get; init; }

    /// <summary>A hook without which it can't be tested, such as <c>restart</c>.</summary>
    public string? Hook { get; init; }

    /// <summary>Disturbs others: it runs alone, after them.</summary>
    public bool Exclusive { get; init; }

    /// <summary>It needs its bytes as they are: no unkindness is added.</summary>
    public bool Exact { get; init; }
}
