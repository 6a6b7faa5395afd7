using System.Runtime.InteropServices;

namespace ActProtocol.Client;

/// <summary>What makes files survive a power cut.</summary>
static partial class Durable
{
    const int ReadOnly = 0;

    /// <summary>Makes a new or renamed file's name durable. Where folders cannot be flushed it does nothing.</summary>
    public static void FlushFolderOf(string path)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals names by itself.
        var folder = Open(Path.GetDirectoryName(Path.GetFullPath(path))!, ReadOnly);
        if (folder < 0) return;
        _ = Flush(folder);
        _ = Close(folder);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
