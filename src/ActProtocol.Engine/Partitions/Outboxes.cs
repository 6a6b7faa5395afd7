using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Stored;

namespace ActProtocol.Engine.Partitions;

/// <summary>Numbered entries to other machines, and how far those of others were taken.</summary>
/// <remarks>The destination takes only the next number, so an entry has its effect once however often it is offered; the source keeps it
/// until it knows that it was taken. One integer a source is all that the destination stores.</remarks>
sealed class Outboxes
{
    readonly Dictionary<int, Queue<Transfer>> _waiting = [];
    readonly Dictionary<int, ulong> _lastNumber = [];
    readonly Dictionary<int, ulong> _taken = [];

    /// <summary>Entries that are not known to be taken, in order for each destination.</summary>
    public IEnumerable<Transfer> Waiting => _waiting.OrderBy(box => box.Key).SelectMany(box => box.Value);

    public void Put(Transfer transfer)
    {
        var destination = (int)transfer.Destination;
        transfer.Number = _lastNumber[destination] = _lastNumber.GetValueOrDefault(destination) + 1;
        if (!_waiting.TryGetValue(destination, out var box)) _waiting[destination] = box = new();
        box.Enqueue(transfer);
    }

    /// <summary>Whether an entry of another machine is the next one here.</summary>
    public bool IsNext(Transfer transfer) => transfer.Number == _taken.GetValueOrDefault((int)transfer.Source) + 1;

    public ulong TakenFrom(int source) => _taken.GetValueOrDefault(source);

    public void Take(Transfer transfer) => _taken[(int)transfer.Source] = transfer.Number;

    /// <summary>Forgets what a destination has taken.</summary>
    public void Forget(int destination, ulong upTo)
    {
        if (!_waiting.TryGetValue(destination, out var box)) return;
        while (box.TryPeek(out var first) && first.Number <= upTo) box.Dequeue();
    }

    public void Write(SnapshotWriter writer)
    {
        writer.List([.. Waiting], entry => writer.Message(entry));
        Write(writer, _lastNumber);
        Write(writer, _taken);
    }

    public void Read(SnapshotReader reader)
    {
        reader.Each(() =>
        {
            var transfer = reader.Message(Transfer.Parser)!;
            if (!_waiting.TryGetValue((int)transfer.Destination, out var box)) _waiting[(int)transfer.Destination] = box = new();
            box.Enqueue(transfer);
        });
        reader.Each(() => _lastNumber.Add((int)reader.Int(), (ulong)reader.Int()));
        reader.Each(() => _taken.Add((int)reader.Int(), (ulong)reader.Int()));
    }

    static void Write(SnapshotWriter writer, Dictionary<int, ulong> numbers) => writer.Sorted(numbers, (machine, number) =>
    {
        writer.Int(machine);
        writer.Int((long)number);
    });
}
