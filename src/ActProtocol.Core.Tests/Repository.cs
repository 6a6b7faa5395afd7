namespace ActProtocol;

/// <summary>Files of this repository, for tests that compare with what is committed.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>Compares a committed file with what the code renders; ACT_UPDATE=1 rewrites it.</summary>
    public static void AssertRendered(string path, string text)
    {
        var full = PathOf(path);
        if (Environment.GetEnvironmentVariable("ACT_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
        Assert.True(File.Exists(full), $"{path} is missing: run the tests with ACT_UPDATE=1.");
        Assert.Equal(text, File.ReadAllText(full));
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActProtocol.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
