using ActProtocol.Engine.Journal;

namespace ActProtocol.Engine.Mailboxes;

/// <summary>The mailboxes of one partition. An agent without mail takes no memory.</summary>
sealed class MailRoom
{
    readonly Dictionary<string, Mailbox> _boxes = [];

    public IEnumerable<Mailbox> Boxes => _boxes.Values;

    public Mailbox? Find(string agent) => _boxes.GetValueOrDefault(agent);

    public bool Put(string agent, long position, string sender) => Open(agent).Put(position, sender);

    public void Reserve(string agent, int room) => Open(agent).Reserved += room;

    public void Free(string agent, int room)
    {
        if (Find(agent) is not { } box) return;
        box.Reserved -= room;
        Close(box);
    }

    public bool HasRoomFor(string agent, string sender, int max) => Find(agent)?.HasRoomFor(sender, max) ?? true;

    /// <summary>Records, unread or dead, that a sender caused.</summary>
    public int CountOf(string agent, string sender) => Find(agent)?.CountOf(sender) ?? 0;

    public bool IsFull(string agent, int max) => Find(agent)?.IsFull(max) ?? false;

    /// <summary>Forgets a record that its agent has dealt with.</summary>
    public bool Take(string agent, long position)
    {
        if (Find(agent) is not { } box || !box.Take(position)) return false;
        Close(box);
        return true;
    }

    public void Write(SnapshotWriter writer) => writer.Sorted(_boxes, (_, box) => box.Write(writer));

    public void Read(SnapshotReader reader) => reader.Each(() =>
    {
        var box = Mailbox.Read(reader);
        _boxes.Add(box.Agent, box);
    });

    Mailbox Open(string agent)
    {
        if (!_boxes.TryGetValue(agent, out var box)) _boxes[agent] = box = new Mailbox(agent);
        return box;
    }

    void Close(Mailbox box)
    {
        if (box.IsEmpty) _boxes.Remove(box.Agent);
    }
}
