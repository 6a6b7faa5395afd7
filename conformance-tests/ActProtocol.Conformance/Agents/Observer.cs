using System.Text.RegularExpressions;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Model;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActProtocol.Conformance.Agents;

/// <summary>Judges every byte that a subject sends, by what the specification demands of senders. Nothing is judged twice under one topic: the first fault of a requirement is kept.</summary>
/// <remarks>Called under the stage's lock.</remarks>
sealed partial class Observer(Stage stage)
{
    const long LifeMaxMs = 86_400_000;
    const long SkewMs = 60_000;

    readonly Dictionary<string, Finding> _faults = [];
    readonly Dictionary<string, int> _seen = [];

    /// <summary>For people: any fault that was seen.</summary>
    public string? First => _faults.Count > 0 ? $"{_faults.First().Key} forbids: {_faults.First().Value.Got}" : null;

    /// <summary>The fault under a requirement, if there was one.</summary>
    public Finding? FaultOf(string requirement) => _faults.GetValueOrDefault(requirement);

    /// <summary>How many things were judged by it.</summary>
    public int CountOf(string requirement) => _seen.GetValueOrDefault(requirement);

    public void Fault(string requirement, string expected, string got) => _faults.TryAdd(requirement, new Finding("what it sent", expected, got));

    /// <summary>The content, if it parses.</summary>
    public Content? Read(Envelope envelope, bool isQuestion)
    {
        Content content;
        try
        {
            content = Content.Parser.ParseFrom(envelope.Content);
        }
        catch (InvalidProtocolBufferException fault)
        {
            Fault("ENV-03", "content that parses", fault.Message);
            return null;
        }
        Rule("ENV-02", true, "", "");
        Rule("ENV-04", envelope.Content.Length is > 0 and <= 65_536, "content of 1 to 65,536 bytes", $"{envelope.Content.Length} bytes");
        Rule("ENV-08", content.BodyCase is not Content.BodyOneofCase.None, "a body", "content without one");
        Rule("NET-14", content.BodyCase is Content.BodyOneofCase.Ask == isQuestion, "an Ask in Ask, and nothing else there", $"{content.BodyCase} in {(isQuestion ? "Ask" : "Send")}");
        if (content.Header is not { } header)
        {
            Fault("ENV-03", "a header", "content without one");
            return null;
        }
        Header(content.BodyCase, header);
        Encoding(content, envelope.Content);
        return content;
    }

    /// <summary>A step, before it is decided.</summary>
    public void Judge(Content content, ByteString bytes)
    {
        var header = content.Header;
        Rule("ENV-20", true, "", "");
        Body(content);
        if (content.Intent is { } intent) Intent(header, intent);
        var kind = StageTable.KindOf(content);
        if (kind is StepKind.Unspecified or StepKind.Intent) return;
        if (stage.Transactions.FirstOrDefault(one => one.Id.AsSpan().SequenceEqual(header.TransactionId.Span)) is not { } transaction)
        {
            Fault("TXN-02", "the id of one of its transactions", $"{kind} in {Hex(header.TransactionId)}");
            return;
        }
        var isBuyer = header.Sender == transaction.Buyer;
        var role = isBuyer ? Role.Buyer : header.Sender == transaction.Seller ? Role.Seller : Role.Principal;
        Rule("TXN-02", true, "", "");
        Rule("TXN-05", StageTable.IsOf(role, kind), $"steps of a {role}", $"{kind} by the {role}");
        Rule("ENV-16", header.Home == transaction.Home, $"home {transaction.Home}", $"home {header.Home} in {kind}");
        if (role is Role.Principal) return;
        var other = isBuyer ? transaction.Seller : transaction.Buyer;
        Rule("ENV-19", header.Recipients.Count == 1 && header.Recipients[0] == other, $"{kind} to {other} alone", $"to {(header.Recipients.Count == 0 ? "nobody" : string.Join(", ", header.Recipients))}");
        if (kind is StepKind.Quote or StepKind.Counter or StepKind.Lock or StepKind.Confirm or StepKind.Commit)
        {
            var follows = isBuyer ? transaction.LastOfSeller : transaction.LastOfBuyer;
            Rule("TXN-12", header.Follows.Span.SequenceEqual(follows), $"{kind} that follows {Convert.ToHexStringLower(follows)}", $"follows {Hex(header.Follows)}");
        }
        if (isBuyer && kind is StepKind.Counter or StepKind.Lock or StepKind.Commit) Rule("MAN-03", header.Mandate == transaction.Mandate, $"{kind} under its mandate", $"mandate {Hex(header.Mandate)}");
        if (content.Quote is { } quote) QuoteJudge.Judge(this, quote, transaction, stage.NowMs);
    }

    /// <summary>Whom the proof proves; null when it does not.</summary>
    public string? JudgeProof(Challenge challenge, ChallengeProof proof, Func<string, DirectoryEntry?> entryOf)
    {
        ProofBody body;
        try
        {
            body = ProofBody.Parser.ParseFrom(proof.Body);
        }
        catch (InvalidProtocolBufferException)
        {
            Fault("NET-03", "a ProofBody", "bytes that do not parse");
            return null;
        }
        Rule("NET-03", body.Broker == Stage.Id && body.Nonce == challenge.Nonce, "a proof for this broker and this stream's nonce", $"one for {body.Broker}, nonce {Hex(body.Nonce)}");
        var key = entryOf(body.Agent)?.Keys.FirstOrDefault(one => one.Thumbprint == proof.Key);
        var holds = key is not null && KeyPair.Holds(key.SigningKey.ToByteArray(), Tags.Proof, proof.Body.Span, proof.Signature.ToByteArray());
        Rule("NET-03", holds, "a signature over act.proof.v1 by a key of the agent", $"one of {body.Agent} that does not hold");
        return holds && body.Broker == Stage.Id && body.Nonce == challenge.Nonce ? body.Agent : null;
    }

    public void JudgeFrame(ConnectRequest frame)
    {
        var bytes = frame.CalculateSize();
        Rule("NET-07", bytes <= 1 << 20 && frame.Envelopes.Count <= 256, "frames of at most 1 MiB and 256 envelopes", $"{bytes} bytes, {frame.Envelopes.Count} envelopes");
    }

    /// <summary>Notes that it was looked at, and the fault if it does not hold.</summary>
    public void Rule(string requirement, bool holds, string expected, string got)
    {
        _seen[requirement] = CountOf(requirement) + 1;
        if (!holds) Fault(requirement, expected, got);
    }

    void Header(Content.BodyOneofCase body, Header header)
    {
        var now = stage.NowMs;
        var isStep = body is >= Content.BodyOneofCase.Quote and <= Content.BodyOneofCase.Refund;
        Rule("ENV-15", header.VersionMajor == 1, "version 1", $"version {header.VersionMajor}");
        Rule("ENV-10", IsId(header.Sender) && IsId(header.Broker) && header.Recipients.All(IsId) && header.Recipients.Distinct().Count() == header.Recipients.Count && header.Recipients.Count <= 16,
            "ids, at most 16 recipients, none twice", $"{header.Sender} to {string.Join(", ", header.Recipients)} at {header.Broker}");
        Rule("ENV-13", header.Broker == Stage.Id, Stage.Id, header.Broker);
        Rule("ENV-11", header.MessageId.Length == 16 && header.MessageId.Any(b => b != 0), "a message id of 16 bytes, not all zero", Hex(header.MessageId));
        Rule("ENV-11", isStep ? header.TransactionId.Length == 16 : header.TransactionId.IsEmpty, isStep ? "a transaction id of 16 bytes" : "no transaction id", $"{body} with {Hex(header.TransactionId)}");
        Rule("ENV-11", header.Follows.Length is 0 or 32 && header.Mandate.Length is 0 or 32, "digests of 32 bytes", $"follows {Hex(header.Follows)}, mandate {Hex(header.Mandate)}");
        Rule("ENV-12", header.SentAtMs > 0 && header.SentAtMs < now + SkewMs && header.ExpiresAtMs > header.SentAtMs && header.ExpiresAtMs - header.SentAtMs <= LifeMaxMs && header.ExpiresAtMs > now,
            "sent now, and expiring within 24 h of that", $"sent at {header.SentAtMs}, expires at {header.ExpiresAtMs}, at {now}");
        Rule("ENV-14", header.Extensions.Count <= 16 && header.Critical.Count == 0, "no critical extension: this version defines none", string.Join(", ", header.Critical));
        Rule("ENV-16", header.Home < 4096, "a home below 4,096", $"{header.Home}");
        if (!isStep && body is Content.BodyOneofCase.Intent) Rule("ENV-16", header.Home == Tags.Home(stage.PrincipalOf(header.Sender) ?? header.Sender), "the bucket of its principal's id", $"home {header.Home}");
    }

    void Encoding(Content content, ByteString bytes)
    {
        var canonical = content.ToByteString() == bytes;
        Rule("ENV-09", canonical, "the canonical encoding", "another");
        Rule("ENV-03", canonical || Twice(bytes.ToByteArray(), Content.Descriptor) is null, "no singular field twice, and one member of a oneof", "a field that stands twice");
    }

    static string? Twice(byte[] message, MessageDescriptor type)
    {
        HashSet<string> seen = [];
        foreach (var bytes in Raw.Fields(message))
        {
            var tag = CodedInputStream.CreateWithLimits(new MemoryStream(bytes), bytes.Length, 10).ReadTag();
            if (type.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag)) is not { } field) continue;
            if (!field.IsRepeated && !seen.Add(field.ContainingOneof?.Name ?? field.Name)) return field.Name;
            if (field.FieldType is FieldType.Message && !field.IsMap && Twice(Raw.Payload(bytes, field.FieldNumber), field.MessageType) is { } inner) return inner;
        }
        return null;
    }

    void Body(Content content)
    {
        var fault = content.BodyCase switch
        {
            Content.BodyOneofCase.Quote when content.Quote.Intent.Length != 32 => "a quote whose intent is no digest",
            Content.BodyOneofCase.Lock when content.Lock.Quote.Length != 32 => "a lock whose quote is no digest",
            Content.BodyOneofCase.Commit when content.Commit.Quote.Length != 32 => "a commit whose quote is no digest",
            Content.BodyOneofCase.Decline when Bytes(content.Decline.Reason) > 512 => "a reason of more than 512 bytes",
            Content.BodyOneofCase.Cancel when Bytes(content.Cancel.Reason) > 512 => "a reason of more than 512 bytes",
            Content.BodyOneofCase.Dispute when Bytes(content.Dispute.Reason) > 2048 || content.Dispute.Evidence.Count > 16 => "a dispute that is too long",
            Content.BodyOneofCase.Fulfil when content.Fulfil.Evidence.Count > 16 || content.Fulfil.Evidence.Any(one => one.Digest.Length != 32) => "evidence that is none",
            _ => null,
        };
        Rule("ENV-17", fault is null, "bodies in the form of ENV-17", fault ?? "");
    }

    void Intent(Header header, Intent intent)
    {
        var now = stage.NowMs;
        Rule("INT-01", header.Mandate.Length == 32, "an intent under a mandate", "an intent without one");
        Rule("INT-02", header.Recipients.Count > 0 != intent.Capability.Length > 0, "recipients or a capability, one of them", $"{header.Recipients.Count} recipients, capability '{intent.Capability}'");
        Rule("INT-03", Amounts.FaultOf(intent.Budget) is null && Amounts.NanosOf(intent.Budget) >= 0, "a budget that is an amount", $"{intent.Budget}");
        Rule("INT-03", intent.ExpiresAtMs > now && intent.ExpiresAtMs <= now + (90 * LifeMaxMs), "an expiry within 90 days", $"{intent.ExpiresAtMs} at {now}");
        Rule("INT-03", Bytes(intent.Words) <= 2048 && intent.MaxLocks <= 16 && intent.SellersMax <= 16 && intent.Arbiters.Count <= 8 && intent.Arbiters.All(IsId), "the form of INT-03", "another");
    }

    static int Bytes(string text) => System.Text.Encoding.UTF8.GetByteCount(text);

    static string Hex(ByteString bytes) => bytes.IsEmpty ? "none" : Convert.ToHexStringLower(bytes.Span);

    static bool IsId(string text) => IdForm().IsMatch(text);

    [GeneratedRegex("^act://(?=[^/]{1,63}/)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\\z")]
    private static partial Regex IdForm();
}
