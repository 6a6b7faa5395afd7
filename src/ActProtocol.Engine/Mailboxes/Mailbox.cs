using ActProtocol.Engine.Journal;

namespace ActProtocol.Engine.Mailboxes;

/// <summary>One agent's slice of one partition: positions of records that it has not dealt with yet, oldest first.</summary>
sealed class Mailbox(string agent)
{
    readonly List<Mail> _waiting = [];
    readonly List<Mail> _dead = [];

    public string Agent { get; } = agent;

    /// <summary>Room for the later steps of transactions that are locked, beyond the bound: so many locks never close a mailbox to others.</summary>
    public int Reserved { get; set; }

    public IReadOnlyList<Mail> Waiting => _waiting;

    public IReadOnlyList<Mail> Dead => _dead;

    public bool IsEmpty => _waiting.Count == 0 && _dead.Count == 0 && Reserved == 0;

    /// <summary>Whether a step that may be refused still finds room, within the mailbox and within the sender's share of it.</summary>
    public bool HasRoomFor(string sender, int max)
    {
        if (IsFull(max)) return false;
        var shareLeft = Math.Max(max / 4, 1);
        foreach (var mail in _waiting)
        {
            if (mail.Sender == sender && --shareLeft == 0) return false;
        }
        return true;
    }

    public int CountOf(string sender) => _waiting.Count(mail => mail.Sender == sender) + _dead.Count(mail => mail.Sender == sender);

    /// <summary>Dead letters count: an agent that deals with nothing is told so.</summary>
    public bool IsFull(int max) => _waiting.Count + _dead.Count >= max;

    /// <summary>False when the record stands here already.</summary>
    public bool Put(long position, string sender)
    {
        if (_waiting.Count > 0 && _waiting[^1].Position == position) return false;
        _waiting.Add(new Mail(position, sender));
        return true;
    }

    /// <summary>Whether the record waits here, or is a dead letter.</summary>
    public bool Has(long position) => _waiting.Exists(mail => mail.Position == position) || _dead.Exists(mail => mail.Position == position);

    public bool Take(long position) => Remove(_waiting, position) is not null || Remove(_dead, position) is not null;

    public bool Bury(long position)
    {
        if (Remove(_waiting, position) is not { } mail) return false;
        _dead.Add(mail);
        return true;
    }

    public bool Revive(long position)
    {
        if (Remove(_dead, position) is not { } mail) return false;
        var at = _waiting.FindIndex(other => other.Position > mail.Position);
        _waiting.Insert(at < 0 ? _waiting.Count : at, mail);
        return true;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Text(Agent);
        writer.Int(Reserved);
        foreach (var list in (List<Mail>[])[_waiting, _dead])
        {
            writer.List(list, mail =>
            {
                writer.Int(mail.Position);
                writer.Text(mail.Sender);
            });
        }
    }

    public static Mailbox Read(SnapshotReader reader)
    {
        var mailbox = new Mailbox(reader.Text()) { Reserved = (int)reader.Int() };
        foreach (var list in (List<Mail>[])[mailbox._waiting, mailbox._dead])
        {
            reader.Each(() => list.Add(new Mail(reader.Int(), reader.Text())));
        }
        return mailbox;
    }

    static Mail? Remove(List<Mail> list, long position)
    {
        // Mostly the oldest is taken first.
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Position != position) continue;
            var mail = list[i];
            list.RemoveAt(i);
            return mail;
        }
        return null;
    }
}

/// <summary>A record in a mailbox, and who caused it.</summary>
readonly record struct Mail(long Position, string Sender);
