namespace ActProtocol.Conformance;

/// <summary>Where this repository is.</summary>
static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>A file of the repository that the tests write when <c>ACT_UPDATE</c> is 1, and else compare with.</summary>
    public static void AssertRendered(string path, string text)
    {
        var full = PathOf(path);
        if (Environment.GetEnvironmentVariable("ACT_UPDATE") == "1") File.WriteAllText(full, text);
        Assert.True(File.Exists(full), $"{path} is missing: run the tests with ACT_UPDATE=1.");
        Assert.Equal(text, File.ReadAllText(full));
    }

    static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "ActProtocol.sln")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This test runs from within the repository."));
}
