using System.Text;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Reports;

/// <summary>Files that the suite writes: whole or not at all, and a full disk is one sentence.</summary>
static class OutputFile
{
    /// <exception cref="NotWrittenException">It can't be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            // A device or a pipe is written to as it is; a file is there whole or stays what it was.
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write);
                write(device);
                device.Flush();
                return;
            }
            var beside = $"{path}.{Environment.ProcessId}.part";
            try
            {
                using (var file = File.Create(beside)) write(file);
                File.Move(beside, path, overwrite: true);
            }
            finally
            {
                File.Delete(beside);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new NotWrittenException($"'{path}' could not be written: {fault.Message.Split(" : ")[0].TrimEnd('.')}.", fault);
        }
    }

    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    public static void Write(string path, byte[] bytes) => Write(path, stream => stream.Write(bytes));

    // By where it is: the attributes of files do not tell. What a link stands for stays what it is, too.
    static bool IsDevice(string path) => File.Exists(path) && (new FileInfo(path).LinkTarget is not null
        || Path.GetFullPath(path) is var full && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)));
}
