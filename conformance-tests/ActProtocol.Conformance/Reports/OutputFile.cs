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
            if (File.Exists(path) && (File.GetAttributes(path) & FileAttributes.Normal) == 0 && !IsRegular(path))
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

    static bool IsRegular(string path) => new FileInfo(path) is { LinkTarget: null } file && (file.Attributes & FileAttributes.Device) == 0 && !Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal);
}
