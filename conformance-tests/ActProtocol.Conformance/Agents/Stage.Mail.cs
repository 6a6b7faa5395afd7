using System.Threading.Channels;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ActProtocol.Conformance.Agents;

/// <summary>A record in an agent's mailbox.</summary>
sealed class StageMail(StageRecord record, string agent, byte[] cursor)
{
    public StageRecord Record => record;

    public string Agent => agent;

    public byte[] Cursor => cursor;

    /// <summary>How often it was offered.</summary>
    public uint Attempts { get; set; }

    /// <summary>How many steps the subject had sent when it acknowledged; null: it has not.</summary>
    public int? AcknowledgedAfter { get; set; }
}

/// <summary>Mailboxes and streams of the stage.</summary>
sealed partial class Stage
{
    readonly List<StageMail> _mail = [];
    readonly List<StageStream> _streams = [];
    readonly List<(Func<StageRecord, bool> When, Func<StageRecord, Receipt> How)> _forgeries = [];

    /// <summary>When mail comes again that the subject postponed.</summary>
    public TimeSpan FailedAgain { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Nothing is delivered by itself: the case says what comes when.</summary>
    public bool HoldMail { get; set; }

    /// <summary>What is wrong with the challenges of streams that begin from now on; null: nothing.</summary>
    public string? ChallengeFault { get; set; }

    /// <summary>Every stream is cut as soon as it has begun.</summary>
    public bool CutsStreams { get; set; }

    public IReadOnlyList<StageStream> Streams
    {
        get
        {
            lock (_lock) return [.. _streams];
        }
    }

    public IReadOnlyList<StageMail> Mails
    {
        get
        {
            lock (_lock) return [.. _mail];
        }
    }

    /// <summary>Shows records that fit by other receipts, over every way, until it is taken back.</summary>
    public void Forge(Func<StageRecord, bool> when, Func<StageRecord, Receipt> how)
    {
        lock (_lock) _forgeries.Add((when, how));
    }

    public void ForgeNoMore()
    {
        lock (_lock) _forgeries.Clear();
    }

    /// <summary>The record with its proof, as it is shown now.</summary>
    public Receipt Show(StageRecord record)
    {
        lock (_lock) return _forgeries.Find(one => one.When(record)).How?.Invoke(record) ?? Proofs.Of(record.Bytes);
    }

    /// <summary>Offers mail, once more where it was offered before, in this order.</summary>
    public void Deliver(params IEnumerable<StageMail> mail)
    {
        lock (_lock)
        {
            foreach (var one in mail) Push(one);
        }
    }

    /// <summary>The mail of a record.</summary>
    public StageMail MailOf(StageRecord record, string agent)
    {
        lock (_lock) return _mail.Last(mail => mail.Record == record && mail.Agent == agent);
    }

    /// <summary>Ends every stream as a broken connection does.</summary>
    public void Cut()
    {
        foreach (var stream in Streams) stream.Cut();
    }

    public StageStream Open(Action abort)
    {
        lock (_lock)
        {
            var stream = new StageStream(NewChallenge(), abort, Transcript.Elapsed);
            _streams.Add(stream);
            if (CutsStreams) abort();
            stream.Write(new ConnectResponse { Challenge = stream.Challenge });
            Pulse();
            return stream;
        }
    }

    public void Close(StageStream stream)
    {
        lock (_lock)
        {
            stream.IsEnded = true;
            stream.Proven.Clear();
            Pulse();
        }
    }

    public void Prove(StageStream stream, ChallengeProof proof)
    {
        lock (_lock)
        {
            stream.ProofsSent++;
            Transcript.Add(sent: false, "proves itself", ChallengeProof.Descriptor.FullName, proof.ToByteArray());
            var agent = Observer.JudgeProof(stream.Challenge, proof, id => _entries.GetValueOrDefault(id));
            if (agent is null)
            {
                stream.Write(new ConnectResponse { Closed = { new AgentClosed { Reason = StageRefusals.Of("signature_invalid") } } });
                Pulse();
                return;
            }
            foreach (var other in _streams.Where(other => other != stream && other.Proven.Remove(agent)))
            {
                other.Write(new ConnectResponse { Closed = { new AgentClosed { Agent = agent, Reason = StageRefusals.Of("not_proven") } } });
            }
            stream.Proven.Add(agent);
            stream.Write(new ConnectResponse { Proven = { agent } });
            foreach (var mail in _mail.Where(mail => mail.Agent == agent && mail.AcknowledgedAfter is null && !HoldMail).ToList()) Push(mail);
            Pulse();
        }
    }

    public async Task AcknowledgeAsync(StageStream stream, Acknowledge acknowledge)
    {
        StageMail? again = null;
        lock (_lock)
        {
            var mail = _mail.Find(one => one.Agent == acknowledge.Agent && one.Cursor.AsSpan().SequenceEqual(acknowledge.Cursor.Span));
            Transcript.Add(sent: false, acknowledge.Failed ? "postpones" : "acknowledges", Acknowledge.Descriptor.FullName, acknowledge.ToByteArray());
            if (mail is null || !stream.Proven.Contains(acknowledge.Agent)) return;
            if (acknowledge.Failed) again = mail;
            else mail.AcknowledgedAfter ??= _steps.Count;
            Pulse();
        }
        if (again is null) return;
        await Task.Delay(FailedAgain, _time, _cancellationToken);
        Deliver(again);
    }

    /// <summary>What waits for an agent.</summary>
    public MailAnswer Waiting(string agent, int most)
    {
        lock (_lock) return new MailAnswer { Deliveries = { _mail.Where(mail => mail.Agent == agent && mail.AcknowledgedAfter is null && !HoldMail).Take(most).Select(DeliveryOf) } };
    }

    void Mail(StageRecord record, string agent)
    {
        if (_parties.ContainsKey(agent) && !_entries.ContainsKey(agent)) return;
        var mail = new StageMail(record, agent, Random.Bytes(12));
        _mail.Add(mail);
        if (!HoldMail) Push(mail);
    }

    void Push(StageMail mail)
    {
        if (_streams.LastOrDefault(stream => stream.Proven.Contains(mail.Agent)) is not { } stream) return;
        mail.Attempts++;
        StageUnkindness.Push(this, stream, mail, Exact);
    }

    internal Delivery DeliveryOf(StageMail mail) => new() { Agent = mail.Agent, Receipt = Show(mail.Record), Cursor = ByteString.CopyFrom(mail.Cursor), Attempt = Math.Max(1, mail.Attempts) };

    Challenge NewChallenge()
    {
        var challenge = new Challenge
        {
            Broker = ChallengeFault is "name" or "relayed" ? $"act://{Authority}/another-broker" : Id,
            Nonce = ByteString.CopyFrom(Random.Bytes(32)),
            ExpiresAtMs = NowMs + 30_000,
        };
        var key = ChallengeFault switch
        {
            "key" => NewKey("stranger"),
            "stolen-thumbprint" => NewKey("stranger"),
            // The honest challenge of another broker, carried here: it holds by that broker's key.
            "relayed" => NewKey("another-broker"),
            "receipt-key" => ReceiptKey,
            "retired-key" => RetiredKey,
            _ => ChallengeKey,
        };
        var signed = challenge.ToByteArray();
        challenge.Key = ByteString.CopyFrom(ChallengeFault is "stolen-thumbprint" ? ChallengeKey.Thumbprint : key.Thumbprint);
        challenge.Signature = ByteString.CopyFrom(ChallengeFault is "untagged" ? key.SignRaw(signed) : key.Sign(Tags.Challenge, signed));
        if (ChallengeFault is "nonce-changed") challenge.Nonce = ByteString.CopyFrom(Random.Bytes(32));
        return challenge;
    }
}

/// <summary>One stream of the subject's.</summary>
sealed class StageStream(Challenge challenge, Action abort, TimeSpan at)
{
    readonly Channel<ConnectResponse> _outgoing = Channel.CreateUnbounded<ConnectResponse>();

    public Challenge Challenge => challenge;

    public TimeSpan At => at;

    public int ProofsSent { get; set; }

    public bool IsEnded { get; set; }

    public HashSet<string> Proven { get; } = [];

    public ChannelReader<ConnectResponse> Outgoing => _outgoing.Reader;

    public void Write(ConnectResponse frame) => _outgoing.Writer.TryWrite(frame);

    public void Cut()
    {
        if (IsEnded) return;
        try
        {
            abort();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }
}
