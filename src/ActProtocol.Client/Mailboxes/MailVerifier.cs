using System.Collections.Concurrent;
using ActProtocol.Envelopes;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client;

/// <summary>Checks records that a broker shows: its proof, and the signatures of the party that caused them.</summary>
/// <remarks>Parties' keys are looked up in the directory and kept. Operators are in none: their keys come with the broker's.</remarks>
sealed class MailVerifier(ActClient client)
{
    const int KeysMax = 10_000;

    readonly ReceiptVerifier _receipts = new(client.Broker.Id, [.. client.Broker.ReceiptKeys]);
    readonly EnvelopeReader _reader = new(client.Broker.Id);
    readonly ConcurrentDictionary<(string Sender, Digest Key), VerifyingKey> _keys = [];

    /// <summary>The record, or what is wrong with it. Bytes of any kind give an answer.</summary>
    /// <exception cref="BrokerUnreachableException">A key could not be looked up.</exception>
    public async ValueTask<(Mail? Mail, string? Fault)> VerifyAsync(Receipt? receipt, ByteString cursor, CancellationToken cancellationToken)
    {
        if (receipt is null) return (null, "There is no receipt.");
        var (record, fault) = _receipts.Verify(receipt);
        if (record is null) return (null, fault);
        if (record.Decision is null or { OutcomeCase: Decision.OutcomeOneofCase.None }) return (null, "The record has no decision.");

        switch (record.CauseCase)
        {
            case Record.CauseOneofCase.Step:
                return record.Step.TransactionId.Length is 0 or Id16.Length ? (new Mail(receipt, record, null, default, cursor), null) : (null, "The step's transaction id is malformed.");
            case Record.CauseOneofCase.Envelope:
                // Read as the broker had to read it when it decided.
                var (opened, refusal) = _reader.Read(record.Envelope, record.StampMs);
                if (opened is null) return (null, $"The envelope of the record is {refusal!.Code}: {refusal.Detail}");
                var holds = await HoldsAsync(opened, cancellationToken);
                return holds ? (new Mail(receipt, record, opened.Content, opened.Digest, cursor), null) : (null, $"A signature of {opened.Header.Sender} does not hold.");
            case Record.CauseOneofCase.None:
                return (null, "The record has no cause.");
        }
        return (null, "The record's cause is not known here.");
    }

    async ValueTask<bool> HoldsAsync(OpenedEnvelope opened, CancellationToken cancellationToken)
    {
        var sender = opened.Header.Sender;
        if (client.Broker.Operators.TryGetValue(sender, out var keys))
        {
            return SignatureRules.AllHold(opened, thumbprint => keys.FirstOrDefault(key => key.Thumbprint == thumbprint));
        }
        var known = await LearnAsync(sender, opened.Wire, cancellationToken);
        // Who registers an agent signs beside it.
        if (opened.Content.Register is { Principal.Length: > 0 } register) known = await LearnAsync(register.Principal, opened.Wire, cancellationToken) || known;
        return known && SignatureRules.AllHold(opened, thumbprint => Find(sender, thumbprint)
            ?? (opened.Content.Register is { } entry ? Find(entry.Principal, thumbprint) : null));
    }

    VerifyingKey? Find(string sender, Digest thumbprint) => _keys.GetValueOrDefault((sender, thumbprint));

    // One look at the directory for all keys of an envelope that are not known yet.
    async ValueTask<bool> LearnAsync(string sender, Envelope envelope, CancellationToken cancellationToken)
    {
        if (envelope.Signatures.All(signature => signature.Key.Length == Digest.Length && _keys.ContainsKey((sender, Digest.FromWire(signature.Key))))) return true;
        if (await client.GetEntryAsync(sender, cancellationToken) is not { } entry) return false;
        if (_keys.Count >= KeysMax) _keys.Clear();
        foreach (var key in entry.Keys)
        {
            if (VerifyingKey.TryImport(key.SigningKey.Span) is { } known) _keys[(sender, known.Thumbprint)] = known;
        }
        return true;
    }
}
