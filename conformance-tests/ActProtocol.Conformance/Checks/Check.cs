using System.Reflection;

namespace ActProtocol.Conformance.Checks;

/// <summary>What a suite tests.</summary>
enum SubjectKind
{
    Broker,
    Codec,
    Seller,
    Buyer,
    Verifier,
}

/// <summary>One check as the catalogue has it.</summary>
sealed record Check(SubjectKind Subject, CheckAttribute Declared, MethodInfo Method)
{
    public string Id => Declared.Id;

    public Requirement Requirement { get; } = Requirement.Of(Declared.Id[..6]);

    /// <summary>Breaking it fails; a SHOULD warns.</summary>
    public bool IsMust => Requirement.IsMust && !Declared.Should;

    /// <summary>The folder of its case: what JUnit calls a class.</summary>
    public string Area => Method.DeclaringType!.Name;

    /// <summary>The ids of its results: itself, or one for each of its values.</summary>
    public IEnumerable<(string Id, string? Value)> Results =>
        Declared.Vectors is { } file ? VectorFile.Of(file, Declared.Id[..6]).Select(vector => ($"{Id}@{vector.Slug}", (string?)vector.Id))
        : Declared.Values is [] ? [(Id, null)] : Declared.Values.Select(value => ($"{Id}@{value}", (string?)value));

    public Task RunAsync(object scenario, string? value) => (Task)Method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, value is null ? [scenario] : [scenario, value], null)!;
}
