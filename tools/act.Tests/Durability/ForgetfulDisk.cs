using System.Globalization;

namespace ActProtocol.Tools;

/// <summary>A folder from which a power cut takes what was not synced: <c>native/powercut.c</c>, built here and preloaded into a broker.</summary>
sealed class ForgetfulDisk
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("act-cut-").FullName;

    public ForgetfulDisk() => System.IO.Directory.CreateDirectory(Path.Combine(_folder, "disk"));

    public string Data => Path.Combine(_folder, "disk", "data");

    /// <summary>Sectors and names that all cuts so far took back.</summary>
    public (long Sectors, long Names) TakenBack { get; private set; }

    /// <summary>The environment of a process that loses its power before its so-manieth call to the disk.</summary>
    /// <param name="seed">What of the unsynced is lost; 0: all.</param>
    /// <param name="lies">Syncs do nothing.</param>
    public Dictionary<string, string> CutAt(int call, int seed, bool lies = false) => new()
    {
        ["LD_PRELOAD"] = Preloads.PathOf("powercut"),
        ["ACT_CUT_ROOT"] = Path.Combine(_folder, "disk"),
        ["ACT_CUT_ASIDE"] = System.IO.Directory.CreateDirectory(Path.Combine(_folder, Guid.CreateVersion7().ToString())).FullName,
        ["ACT_CUT_REPORT"] = Report,
        ["ACT_CUT_AT"] = call.ToString(CultureInfo.InvariantCulture),
        ["ACT_CUT_SEED"] = seed.ToString(CultureInfo.InvariantCulture),
        ["ACT_CUT_SYNC"] = lies ? "off" : "on",
    };

    /// <summary>After a cut; fails if there was none.</summary>
    public void ReadReport()
    {
        var numbers = File.ReadAllText(Report).Split(' ');
        TakenBack = (TakenBack.Sectors + long.Parse(numbers[0], CultureInfo.InvariantCulture), TakenBack.Names + long.Parse(numbers[1], CultureInfo.InvariantCulture));
        File.Delete(Report);
    }

    public void Delete() => System.IO.Directory.Delete(_folder, recursive: true);

    string Report => Path.Combine(_folder, "report");
}
