using System.Collections.Concurrent;
using ActProtocol.Engine.Hosting;

namespace ActProtocol.Broker.Streams;

/// <summary>Which stream an agent is connected by; mail goes there.</summary>
sealed class MailRouter : IMailSink
{
    readonly ConcurrentDictionary<string, StreamSession> _sessions = [];

    /// <summary>Agents that are on a stream.</summary>
    public int Count => _sessions.Count;

    public bool Wants(string agent) => _sessions.TryGetValue(agent, out var session) && session.Wants(agent);

    public void Mail(MailItem item)
    {
        if (_sessions.TryGetValue(item.Agent, out var session)) session.Offer(item);
    }

    /// <summary>An entry of the directory changed: whose key was revoked is on no stream any more.</summary>
    public void Changed(string id)
    {
        if (_sessions.TryGetValue(id, out var session)) session.CheckKey(id);
    }

    /// <summary>The agent is on this stream from now on; gives the one that it was on.</summary>
    public StreamSession? Enter(string agent, StreamSession session)
    {
        StreamSession? before = null;
        _sessions.AddOrUpdate(agent, session, (_, old) =>
        {
            before = old;
            return session;
        });
        return before == session ? null : before;
    }

    public void Leave(string agent, StreamSession session) => _sessions.TryRemove(KeyValuePair.Create(agent, session));
}
