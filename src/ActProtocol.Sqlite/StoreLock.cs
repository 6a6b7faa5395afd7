namespace ActProtocol.Sqlite;

/// <summary>Holds a folder for one process. The operating system lets go when the process dies, however it dies.</summary>
sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <exception cref="StoreInUseException">Someone else holds it.</exception>
    /// <exception cref="StoreUnavailableException">The file cannot be opened at all, for example on a file system that is mounted for reading only.</exception>
    public static StoreLock Take(string folder)
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            // The file stays when the lock is gone: removing it would let two processes lock two files of one name.
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
        {
            throw IsHeld(e) ? new StoreInUseException(folder, e) : new StoreUnavailableException(folder, e);
        }
    }

    // EWOULDBLOCK of Linux and of macOS; a sharing violation of Windows.
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x8007_0020);

    public void Dispose() => _file.Dispose();
}
