using System.Collections.Concurrent;
using System.Security.Cryptography;
using ActProtocol.Bench;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Tools;

/// <summary>Remembers all that was sent, acknowledged and delivered, and holds the broker to it.</summary>
sealed class Witness
{
    const int AtOnce = 4;
    const int OlderMax = 100;

    readonly ConcurrentDictionary<Digest, Sent> _sent = new();
    readonly ConcurrentQueue<Sent> _order = new();
    readonly ConcurrentDictionary<(uint Partition, ulong Position), Digest> _delivered = new();
    readonly ConcurrentDictionary<Id16, (Trader Buyer, Trader Seller)> _transactions = new();
    readonly ConcurrentQueue<string> _faults = new();
    int _checked;

    /// <summary>Broken promises, one sentence each.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public IEnumerable<Sent> Acknowledged => _sent.Values.Where(sent => sent.Decision is not null);

    /// <summary>How many envelopes of each kind were accepted.</summary>
    public IReadOnlyDictionary<Content.BodyOneofCase, int> Accepted => _sent.Values.Where(sent => sent.Decision?.Accepted is not null)
        .CountBy(sent => Content.Parser.ParseFrom(sent.Envelope.Content).BodyCase).ToDictionary();

    public void Opened(Id16 transaction, Trader buyer, Trader seller) => _transactions[transaction] = (buyer, seller);

    public Sent Sending(Trader trader, Envelope envelope)
    {
        var digest = SignedBytes.DigestOf(envelope.Content.Span);
        return _sent.GetOrAdd(digest, _ =>
        {
            var header = Content.Parser.ParseFrom(envelope.Content).Header;
            var sent = new Sent(trader, envelope, digest, header);
            _order.Enqueue(sent);
            return sent;
        });
    }

    public void Answered(Sent sent, Answer answer)
    {
        if (answer.Decision is not { } decision) return;
        if (sent.Decision is { } before && !before.Equals(decision)) Fault($"{sent} was answered {before}, and then {decision}.");
        sent.Decision = decision;
    }

    /// <summary>A record that somebody was shown must be there for ever.</summary>
    public void Delivered(Record record)
    {
        var digest = new Digest(SHA256.HashData(Google.Protobuf.MessageExtensions.ToByteArray(record)));
        if (_delivered.GetOrAdd((record.Partition, record.Position), digest) != digest) Fault($"Two records were delivered as {record.Partition}/{record.Position}.");
    }

    /// <summary>Sends what must be answered, outside of any stream.</summary>
    public async Task EnterAsync(TestedBroker broker, Trader trader, Envelope envelope)
    {
        var sent = Sending(trader, envelope);
        using var channel = GrpcChannel.ForAddress(broker.Grpc);
        var answer = await new BrokerService.BrokerServiceClient(channel).SendAsync(new SendRequest { Envelope = envelope });
        Answered(sent, new Answer { Decision = answer.Decision });
    }

    /// <summary>After a restart: what was sent since the last check, and some of what was before.</summary>
    public async Task CheckAsync(TestedBroker broker, IReadOnlyList<Trader> traders, Random random)
    {
        var all = _order.ToList();
        var chosen = all[_checked..].Concat(Enumerable.Range(0, Math.Min(OlderMax, _checked)).Select(_ => all[random.Next(_checked)])).Distinct().ToList();
        _checked = all.Count;

        using var channel = GrpcChannel.ForAddress(broker.Grpc);
        var service = new BrokerService.BrokerServiceClient(channel);
        await Parallel.ForEachAsync(
            chosen.Where(sent => sent.Decision is not null), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (sent, _) => await CheckOutcomeAsync(service, sent));
        await Parallel.ForEachAsync(
            chosen.Select(sent => sent.Transaction).Where(_transactions.ContainsKey).Distinct(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (transaction, _) => await RecordsOfAsync(service, transaction));
        await ResendAsync(broker, service, traders, chosen);
    }

    /// <summary>Every record of a transaction, in order; each acknowledged and each delivered one must be among them, once.</summary>
    public async Task<List<Record>> RecordsOfAsync(BrokerService.BrokerServiceClient service, Id16 transaction)
    {
        var (buyer, _) = _transactions[transaction];
        List<Record> records = [];
        try
        {
            var ask = new Ask { Transaction = new AskTransaction { TransactionId = transaction.ToWire() } };
            var answer = await service.AskAsync(new AskRequest { Envelope = buyer.Ask(ask) });
            records.AddRange(answer.Transaction.Records.Select(receipt => Record.Parser.ParseFrom(receipt.Record)));
        }
        catch (RpcException unknown) when (unknown.StatusCode is StatusCode.NotFound)
        {
            // Its intent was never decided; whatever claims otherwise is found below.
        }
        var digests = records.Where(record => record.Envelope is not null).Select(record => SignedBytes.DigestOf(record.Envelope.Content.Span)).ToList();
        foreach (var twice in digests.GroupBy(digest => digest).Where(group => group.Count() > 1)) Fault($"{twice.Key} stands {twice.Count()} times in {transaction}.");
        foreach (var record in records) Delivered(record);
        foreach (var sent in _sent.Values.Where(sent => sent.Transaction == transaction && sent.Decision is not null && !digests.Contains(sent.Digest)))
        {
            Fault($"{sent} was acknowledged and is not among the records of its transaction.");
        }
        return records;
    }

    /// <summary>Every transaction that may exist.</summary>
    public IEnumerable<(Id16 Id, Trader Buyer, Trader Seller)> Transactions => _transactions.Select(item => (item.Key, item.Value.Buyer, item.Value.Seller));

    public void Fault(string what) => _faults.Enqueue(what);

    async Task CheckOutcomeAsync(BrokerService.BrokerServiceClient service, Sent sent)
    {
        var ask = new Ask { Outcome = new AskOutcome { TransactionId = sent.Header.TransactionId, MessageId = sent.Header.MessageId } };
        var answer = await service.AskAsync(new AskRequest { Envelope = sent.ByOwner ? sent.Trader.AskAsOwner(ask) : sent.Trader.Ask(ask, sent.Header.Home) });
        if (!answer.Outcome.Known) Fault($"{sent} was acknowledged, and its outcome is not known any more.");
        else if (!answer.Outcome.Decision.Equals(sent.Decision)) Fault($"{sent} was answered {sent.Decision}, and its outcome is {answer.Outcome.Decision}.");
    }

    // The acknowledged get the same answer, the others their first.
    async Task ResendAsync(TestedBroker broker, BrokerService.BrokerServiceClient service, IReadOnlyList<Trader> traders, List<Sent> chosen)
    {
        using var channel = GrpcChannel.ForAddress(broker.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
        await using var stream = await AgentStream.OpenAsync(
            channel, challenge => traders.Select(trader => trader.Prove(challenge)), (_, delivery) => Delivered(Record.Parser.ParseFrom(delivery.Receipt.Record)),
            TestContext.Current.CancellationToken);
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = 4 * AtOnce }, async (sent, _) =>
        {
            if (sent.ByOwner || sent.IsRegistration)
            {
                Answered(sent, new Answer { Decision = (await service.SendAsync(new SendRequest { Envelope = sent.Envelope }, cancellationToken: CancellationToken.None)).Decision });
            }
            else if (await stream.SendAsync(sent.Envelope) is { } answer)
            {
                if (answer.Decision is null && sent.Decision is not null) Fault($"{sent} was answered {sent.Decision}, and then {answer.NotDecided}.");
                Answered(sent, answer);
            }
            else
            {
                Fault($"{sent} got no answer from a broker that nobody killed.");
            }
        });
    }
}

/// <summary>An envelope that was sent, once or more often.</summary>
sealed record Sent(Trader Trader, Envelope Envelope, Digest Digest, Header Header)
{
    /// <summary>What was acknowledged; null while nothing was.</summary>
    public Decision? Decision { get; set; }

    public Id16 Transaction => Id16.FromWire(Header.TransactionId);

    public bool ByOwner => Header.Sender == Trader.OwnerId;

    public bool IsRegistration => Envelope.Signatures.Count > 1;

    public override string ToString() => $"{Content.Parser.ParseFrom(Envelope.Content).BodyCase} {Digest} of {Header.Sender}";
}
