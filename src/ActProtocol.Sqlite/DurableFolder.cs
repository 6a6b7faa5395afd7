using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActProtocol.Sqlite;

/// <summary>Folders whose entries outlive a power cut, as the file system has them.</summary>
public static class DurableFolder
{
    const long FreeMin = 256 << 10;
    const int ReadOnly = 0;
    static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    // Where fsync or locks are somebody else's promise. Names as the kernel has them, by the prefix before any dot.
    static readonly string[] Unreliable = ["nfs", "nfs4", "smb", "smb2", "smb3", "smbfs", "cifs", "9p", "v9fs", "fuse", "fuseblk", "afs", "ceph", "ncpfs", "webdav"];

    /// <summary>Makes the folder and its parents if need be, so that a power cut does not take them back.</summary>
    public static void Create(string folder)
    {
        var missing = new Stack<string>();
        for (var path = Path.GetFullPath(folder); !System.IO.Directory.Exists(path); path = Path.GetDirectoryName(path)!) missing.Push(path);
        System.IO.Directory.CreateDirectory(folder);
        foreach (var path in missing) Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes the folder's entries durable: files that were made, renamed or removed in it. Windows has no such call, nor need of it.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows()) return;

        var descriptor = open(folder, ReadOnly | CloseOnExec);
        if (descriptor < 0) throw new IOException($"{folder} cannot be synced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>The name of the file system that a folder is on.</summary>
    public static string FileSystemOf(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).DriveFormat;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ""; // Unknown to the system, so nothing is held against it.
        }
    }

    /// <summary>SQLite calls it a fault of the disk where it finds no room for its shared memory.</summary>
    internal static bool IsFull(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace < FreeMin;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    public static bool IsUnreliable(string fileSystem) => Unreliable.Contains(fileSystem.Split('.')[0], StringComparer.OrdinalIgnoreCase);

#pragma warning disable CA5392, SYSLIB1054, IDE1006, CA2101 // The C library, under its own name; a source generator would want unsafe code.
    // .NET opens no folders, and syncs any handle.
    [DllImport("libc", SetLastError = true)]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
#pragma warning restore CA5392, SYSLIB1054, IDE1006, CA2101
}
