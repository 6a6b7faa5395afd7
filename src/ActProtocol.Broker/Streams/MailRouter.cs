using System.Collections.Concurrent;
using ActProtocol.Engine.Hosting;

namespace ActProtocol.Broker.Streams;

/// <summary>Which stream an agent is connected by; mail goes there.</summary>
sealed class MailRouter : IMailSink
{
    readonly ConcurrentDictionary<string, StreamSession> _sessions = [];

    public bool Wants(string agent) => _sessions.ContainsKey(agent);

    public void Mail(MailItem item)
    {
        if (_sessions.TryGetValue(item.Agent, out var session)) session.Offer(item);
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
