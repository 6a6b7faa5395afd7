using System.Diagnostics;

namespace ActProtocol.Tools;

/// <summary>Libraries of <c>native/</c>, built here, to be preloaded into a broker.</summary>
static class Preloads
{
    static readonly Dictionary<string, Lazy<string>> Built = new()
    {
        ["powercut"] = new(() => Build("powercut")),
        ["fulldisk"] = new(() => Build("fulldisk")),
    };

    /// <summary>The library's path; it is built once.</summary>
    public static string PathOf(string name) => Built[name].Value;

    static string Build(string name)
    {
        var (source, library) = (Path.Combine(AppContext.BaseDirectory, "native", $"{name}.c"), Path.Combine(AppContext.BaseDirectory, "native", $"{name}.so"));
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"]))!;
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException($"cc ended with {compiler.ExitCode}.");
    }
}
