namespace ActProtocol.Conformance;

/// <summary>Where this repository is.</summary>
static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "ActProtocol.sln")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This test runs from within the repository."));
}
