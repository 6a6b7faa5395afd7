using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace ActProtocol.Conformance.Runs;

/// <summary>By a mark in its environment, whoever comes from a process of the suite is found, also when it let go of its parent. Elsewhere than on Linux the process tree has to do.</summary>
sealed class ProcessMark
{
    const string Name = "ACT_CONFORMANCE_SUBJECT";
    const string RunName = "ACT_CONFORMANCE_RUN";

    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(1);

    static readonly string Run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    static readonly Lazy<Process?> Guard = new(StartGuard);

    readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Starts it under this mark. It ends with the suite, however the suite ends.</summary>
    public Process Start(ProcessStartInfo start)
    {
        _ = Guard.Value;
        start.Environment[Name] = _mark;
        start.Environment[RunName] = Run;
        return Process.Start(start)!;
    }

    /// <summary>Ends the process and all that comes from it, whatever they are doing.</summary>
    public void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It was about to end by itself.
        }
        foreach (var other in Marked()) Kill(other);
    }

    IEnumerable<int> Marked()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        var mark = Encoding.ASCII.GetBytes($"{Name}={_mark}");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && EnvironmentOf(folder).AsSpan().IndexOf(mark) >= 0) yield return id;
        }
    }

    static byte[] EnvironmentOf(string folder)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static void Kill(int id)
    {
        try
        {
            using var other = Process.GetProcessById(id);
            other.Kill();
            // A signal is no end yet; one that the kernel holds is not waited for longer.
            other.WaitForExit(EndWithin);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It is gone.
        }
    }

    // A shell that waits for the end of its input, which comes with the end of this process, even by SIGKILL; then it ends whoever has the run's mark.
    static Process? StartGuard()
    {
        if (!OperatingSystem.IsLinux()) return null;
        const string script = """
            trap '' INT TERM HUP
            cat > /dev/null
            grep -lsxz "ACT_CONFORMANCE_RUN=$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ id _; do kill -9 "$id" 2> /dev/null; done
            """;
        try
        {
            return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "act-conformance-guard", Run]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            // No shell here: what the suite starts still ends whenever the suite ends by itself.
            return null;
        }
    }
}
