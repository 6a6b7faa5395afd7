using System.Collections.Concurrent;

namespace ActProtocol.Client;

/// <summary>Folders for one test; they go when the test process ends.</summary>
static class Folders
{
    static readonly ConcurrentBag<string> Made = [];

    static Folders() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var folder in Made.Where(Directory.Exists)) Delete(folder);
    };

    /// <param name="fast">In memory where the machine has such a place: for what no test takes the power from.</param>
    public static string New(bool fast = false)
    {
        var folder = fast && Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/act-client-{Guid.NewGuid():n}").FullName
            : Directory.CreateTempSubdirectory("act-client-").FullName;
        Made.Add(folder);
        return folder;
    }

    static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            return; // A broker that is just being killed wrote once more.
        }
    }
}
