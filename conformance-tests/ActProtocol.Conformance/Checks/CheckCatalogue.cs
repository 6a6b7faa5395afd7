using System.Reflection;

namespace ActProtocol.Conformance.Checks;

/// <summary>Every check of this suite, by id. A class says what it tests by the folder (namespace) it stands in.</summary>
static class CheckCatalogue
{
    static readonly Dictionary<string, SubjectKind> Subjects = new()
    {
        ["ActProtocol.Conformance.Cases.Brokers"] = SubjectKind.Broker,
        ["ActProtocol.Conformance.Cases.Codecs"] = SubjectKind.Codec,
        ["ActProtocol.Conformance.Cases.Sellers"] = SubjectKind.Seller,
        ["ActProtocol.Conformance.Cases.Buyers"] = SubjectKind.Buyer,
        ["ActProtocol.Conformance.Cases.Verifiers"] = SubjectKind.Verifier,
    };

    public static IReadOnlyList<Check> All { get; } =
    [
        .. from type in typeof(CheckCatalogue).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           from declared in method.GetCustomAttributes<CheckAttribute>()
           orderby declared.Id
           select new Check(Subjects[type.Namespace!], declared, method),
    ];

    public static IEnumerable<Check> Of(SubjectKind subject) => All.Where(check => check.Subject == subject);
}
