using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>The agents of a stream, and their mail.</summary>
sealed partial class StreamSession
{
    const int RefillMax = 64;
    const int AgentsPerRefillMax = 64;
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Whether mail for an agent is taken as it happens.</summary>
    public bool Wants(string agent)
    {
        lock (_lock)
        {
            if (!_agents.TryGetValue(agent, out var mail)) return false;
            if (mail.Wants(_out.HasRoom)) return true;
        }
        _toRefill.Writer.TryWrite(true);
        return false;
    }

    /// <summary>Mail for an agent of this stream, as it happens.</summary>
    public void Offer(MailItem item)
    {
        lock (_lock)
        {
            if (!_agents.TryGetValue(item.Agent, out var agent) || agent.TryTake(item, _out.HasRoom) is not { } delivery) return;
            _out.Add(agent, delivery, (item.Partition, item.Position));
        }
        _toWrite.Writer.TryWrite(true);
    }

    /// <summary>Closes an agent whose key may not sign any more.</summary>
    public void CheckKey(string agent)
    {
        AgentMail? mail;
        lock (_lock) _agents.TryGetValue(agent, out mail);
        if (mail is not null && engine.Gate.KeyFault(agent, mail.Key) is { } code) Close(agent, new Refusal(code));
    }

    /// <summary>The agent is on this stream no longer.</summary>
    /// <param name="why">Null when it left by itself.</param>
    /// <returns>False when it was not on it.</returns>
    public bool Close(string agent, Refusal? why)
    {
        lock (_lock)
        {
            if (!_agents.Remove(agent, out var mail)) return false;
            mail.IsGone = true;
            router.Leave(agent, this);
            Notice(new ConnectResponse { Closed = { new AgentClosed { Agent = agent, Reason = why?.ToWire() } } });
        }
        _toWrite.Writer.TryWrite(true);
        return true;
    }

    async Task ProveAsync(ChallengeProof proof, CancellationToken cancellationToken)
    {
        var (agent, key) = await challenges.ProvenAsync(proof, _challenge, guest.Caller);
        cancellationToken.ThrowIfCancellationRequested();
        if (agent is null)
        {
            guest.Caller.Failed();
            Say(new ConnectResponse { Closed = { new AgentClosed { Reason = new Refusal(ErrorCode.SignatureInvalid).ToWire() } } });
            if (!_badSignatures.TryTake()) End(new Refusal(ErrorCode.QuotaExceeded, "bad proofs", _badSignatures.Wait));
            return;
        }
        lock (_lock)
        {
            if (_agents.TryGetValue(agent, out var known))
            {
                known.Key = key;
            }
            else if (_agents.Count >= AgentsMax)
            {
                End(new Refusal(ErrorCode.TooManyOpen, "agents on a stream"));
                return;
            }
            else
            {
                _agents.Add(agent, new AgentMail(agent, key));
            }
            // Said before others can close it again.
            Notice(new ConnectResponse { Proven = { agent } });
        }
        _provedAny = true;
        streams.Proved(this);
        guest.Proved();
        logger.AgentProven(guest.Caller.Connection, agent);
        router.Enter(agent, this)?.Close(agent, new Refusal(ErrorCode.NotProven, "taken over by another stream"));
        // A revocation that came in between found the agent nowhere.
        CheckKey(agent);
        _toWrite.Writer.TryWrite(true);
        _toRefill.Writer.TryWrite(true);
    }

    async Task AcknowledgeAsync(Acknowledge acknowledge, CancellationToken cancellationToken)
    {
        AgentMail? agent;
        lock (_lock) _agents.TryGetValue(acknowledge.Agent, out agent);
        if (agent is null || !MailCursor.TryRead(acknowledge.Cursor, out var partition, out var position))
        {
            Fault();
            return;
        }
        bool under, behind;
        lock (_lock)
        {
            under = acknowledge.Failed ? agent.Postpone(partition, position, time.GetTimestamp()) : agent.Finish(partition, position);
            behind = agent.Behind;
        }
        // A dead letter, or one that another stream had, is under way nowhere and may still be dealt with: the mailbox knows.
        if (!under) Fault();
        if (!acknowledge.Failed) await engine.AcknowledgeAsync(acknowledge.Agent, partition, position, cancellationToken);
        if (behind) _toRefill.Writer.TryWrite(true);
    }

    // Reads mailboxes on for agents that are behind, as far as there is room.
    async Task RefillAllAsync(CancellationToken cancellationToken)
    {
        while (await _toRefill.Reader.WaitToReadAsync(cancellationToken))
        {
            _toRefill.Reader.TryRead(out _);
            while (BeginRefills() is { Count: > 0 } reads) await RefillAsync(reads, cancellationToken);
        }
    }

    List<(AgentMail Mail, MailRead Read)> BeginRefills()
    {
        List<(AgentMail, MailRead)> reads = [];
        lock (_lock)
        {
            if (!_out.HasRoom) return reads;
            foreach (var mail in _agents.Values)
            {
                if (mail.BeginRefill(RefillMax) is not { } read) continue;
                reads.Add((mail, read));
                if (reads.Count == AgentsPerRefillMax) break;
            }
        }
        return reads;
    }

    async Task RefillAsync(List<(AgentMail Mail, MailRead Read)> reads, CancellationToken cancellationToken)
    {
        IReadOnlyList<MailItem> items = [];
        var all = false;
        try
        {
            // What more there is of an agent's than was asked for here, its next turn brings.
            (items, all) = await engine.ReadMailAsync([.. reads.Select(read => read.Read)], RefillMax, cancellationToken);
        }
        catch (EngineRefusedException)
        {
            // Not now; it is tried again at the next look.
            all = false;
        }
        finally
        {
            var counts = items.CountBy(item => item.Agent).ToDictionary();
            lock (_lock)
            {
                foreach (var item in items)
                {
                    if (!_agents.TryGetValue(item.Agent, out var mail) || mail.TryTakeRead(item) is not { } delivery) continue;
                    _out.Add(mail, delivery, (item.Partition, item.Position));
                }
                var full = items.Count >= RefillMax;
                foreach (var (mail, read) in reads) mail.EndRefill(all: all && !full && counts.GetValueOrDefault(read.Agent) < read.Max);
            }
            _toWrite.Writer.TryWrite(true);
        }
        if (!all) await Task.Delay(LookEvery, time, cancellationToken);
    }

    // Delivers again what was not acknowledged in time, buries what was offered often enough, ends a stream that proves nobody.
    async Task LookAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, time);
        List<(AgentMail Mail, int Partition, long Position)> due = [], dead = [];
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            due.Clear();
            dead.Clear();
            List<string> agents;
            lock (_lock)
            {
                agents = [.. _agents.Keys];
                foreach (var mail in _agents.Values) mail.AddDue(time, due, dead);
            }
            if (agents.Count == 0 && time.GetElapsedTime(began) > options.ProveWithin) End(new Refusal(ErrorCode.NotProven, "nobody was proven in time"));
            // Keys also end by time, of which nobody is told.
            foreach (var agent in agents) CheckKey(agent);
            await BuryAsync(dead, cancellationToken);
            await DeliverAgainAsync(due, cancellationToken);
            _toRefill.Writer.TryWrite(true);
        }
    }

    async Task BuryAsync(List<(AgentMail Mail, int Partition, long Position)> dead, CancellationToken cancellationToken)
    {
        foreach (var (mail, partition, position) in dead)
        {
            lock (_lock)
            {
                if (!mail.Finish(partition, position)) continue;
            }
            await engine.BuryAsync(mail.Agent, partition, position, cancellationToken);
        }
    }

    async Task DeliverAgainAsync(List<(AgentMail Mail, int Partition, long Position)> due, CancellationToken cancellationToken)
    {
        // In the order of positions, and only as many as there is room for: the others are due still.
        var next = due.OrderBy(item => item.Mail.Agent, StringComparer.Ordinal).ThenBy(item => item.Partition).ThenBy(item => item.Position);
        foreach (var part in next.Chunk(RefillMax))
        {
            lock (_lock)
            {
                if (!_out.HasRoom) return;
            }
            var items = await engine.ReadAgainAsync([.. part.Select(item => (item.Mail.Agent, item.Partition, item.Position))], cancellationToken);
            lock (_lock)
            {
                foreach (var item in items)
                {
                    var from = part.First(asked => asked.Mail.Agent == item.Agent && asked.Partition == item.Partition && asked.Position == item.Position).Mail;
                    if (!from.IsGone && from.TryTakeAgain(item) is { } delivery) _out.Add(from, delivery, (item.Partition, item.Position));
                }
            }
            _toWrite.Writer.TryWrite(true);
        }
    }

    void LeaveAll()
    {
        lock (_lock)
        {
            foreach (var (agent, mail) in _agents)
            {
                mail.IsGone = true;
                router.Leave(agent, this);
            }
            _agents.Clear();
        }
    }
}
