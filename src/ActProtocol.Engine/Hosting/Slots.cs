using ActProtocol.Engine.Directory;

namespace ActProtocol.Engine.Hosting;

/// <summary>All machines of a broker: its partitions by their numbers, and the directory behind them.</summary>
sealed class Slots(int partitions)
{
    public Slot[] All { get; } = [.. Enumerable.Range(0, partitions + 1).Select(index => new Slot(index))];

    public int Partitions => partitions;

    public Slot Directory => All[^1];

    public DirectoryMachine DirectoryMachine => (DirectoryMachine)Directory.Machine;

    /// <summary>Those that decide at present.</summary>
    public IEnumerable<Slot> Well => All.Where(slot => slot.Fenced is null);

    public Slot this[int index] => All[index];
}
