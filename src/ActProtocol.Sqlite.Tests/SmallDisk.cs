using System.Diagnostics;

namespace ActProtocol.Sqlite;

/// <summary>A file system in memory of a few megabytes, where mounting is allowed.</summary>
sealed class SmallDisk : IDisposable
{
    SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Null where this user may not mount.</summary>
    public static SmallDisk? TryMount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("act-small-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder)) return new SmallDisk(folder);
        Directory.Delete(folder);
        return null;
    }

    /// <summary>Takes all room but so many bytes.</summary>
    /// <param name="more">What was taken before stays taken.</param>
    public void Fill(long left, bool more = false)
    {
        using var ballast = new FileStream(Ballast, more ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true) ballast.Write(page);
        }
        catch (IOException)
        {
            ballast.SetLength(Math.Max(0, ballast.Length - left));
        }
    }

    /// <summary>From now on it can be read only.</summary>
    public bool TryProtect() => Run("mount", "-o", "remount,ro", Folder);

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    string Ballast => Path.Combine(Folder, "ballast");

    static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no such program.
        }
    }
}
