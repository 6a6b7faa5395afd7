using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActProtocol.Client;

/// <summary>Talks to one broker for any number of identities. Safe for use by many threads.</summary>
/// <remarks>A time-out is never told as a failure: the same bytes are sent again, which gets the same answer, and in the end the
/// outcome is said to be unknown.</remarks>
public sealed class ActClient : IDisposable
{
    // A shorter answer is the last one.
    const int AnswerRecordsMax = 256;

    readonly ActClientOptions _options;
    readonly GrpcChannel _channel;
    readonly BrokerService.BrokerServiceClient _broker;
    readonly DirectoryService.DirectoryServiceClient _directory;

    /// <param name="address">gRPC address, for example <c>http://127.0.0.1:7400</c>.</param>
    /// <param name="broker">Which broker is meant, and whose word is taken.</param>
    public ActClient(string address, BrokerInfo broker, TimeProvider? time = null, ILogger? logger = null)
        : this(new ActClientOptions { Address = address }, broker, time, logger)
    {
    }

    /// <param name="options">Read once.</param>
    /// <exception cref="ArgumentException">Options are out of their bounds; the message names them.</exception>
    public ActClient(ActClientOptions options, BrokerInfo broker, TimeProvider? time = null, ILogger? logger = null)
    {
        if (string.Join(" ", options.Faults()) is { Length: > 0 } faults) throw new ArgumentException(faults, nameof(options));
        (_options, Broker, Time, Logger) = (options, broker, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        BackOff = options.BackOff;
        _channel = BrokerChannel.Open(options.Address);
        _broker = new(_channel);
        _directory = new(_channel);
        Verifier = new MailVerifier(this);
    }

    /// <summary>Whom this client means by the broker.</summary>
    public BrokerInfo Broker { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal BackOff BackOff { get; }

    internal MailVerifier Verifier { get; }

    /// <summary>A header for an envelope that this identity sends now.</summary>
    /// <param name="home">Bucket of the account concerned; the sender's own when left out.</param>
    public Header NewHeader(ActIdentity sender, uint? home = null)
    {
        var now = Time.GetUtcNow();
        return new Header
        {
            VersionMajor = Sealing.Major,
            VersionMinor = Sealing.Minor,
            MessageId = ByteString.CopyFrom(Guid.CreateVersion7(now).ToByteArray(bigEndian: true)),
            Sender = sender.Id,
            Broker = Broker.Id,
            SentAtMs = now.ToUnixTimeMilliseconds(),
            ExpiresAtMs = now.Add(_options.EnvelopeLifetime).ToUnixTimeMilliseconds(),
            Home = home ?? sender.Home,
            Traceparent = ClientTelemetry.Traceparent,
        };
    }

    /// <summary>Seals and sends.</summary>
    /// <param name="alsoSigning">Further signers, for example the principal of an agent that registers.</param>
    public async Task<SendResult> SendAsync(Content content, ActIdentity sender, CancellationToken cancellationToken, params ISigner[] alsoSigning) =>
        await SendAsync(await Sealing.SealAsync(content, [sender.Signer, .. alsoSigning], cancellationToken), cancellationToken);

    /// <summary>Sends bytes that were sealed before; after a time-out the same again, a few times.</summary>
    /// <returns>Unknown when no attempt was answered, or only by a no that says nothing of earlier attempts.</returns>
    public async Task<SendResult> SendAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        using var activity = ClientTelemetry.Source.StartActivity("act.send");
        // Whether an attempt may have been taken without our knowing.
        var (unsure, last) = (false, (Refusal?)null);
        for (var attempt = 1; attempt <= _options.AttemptsMax; attempt++)
        {
            ClientTelemetry.Sent(again: attempt > 1);
            var (answer, refusal, fault) = await TryAsync(token => _broker.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: token), cancellationToken);
            if (answer is not null) return new SendResult.Taken(answer.Decision);
            if (refusal is not null && !BrokerFaults.MayRepeat(refusal))
            {
                var isAnswer = !unsure || BrokerFaults.CoversEarlierAttempts(refusal, IsWithinTransaction(envelope));
                return isAnswer ? new SendResult.Refused(refusal) : new SendResult.Unknown(envelope);
            }
            last = refusal;
            unsure |= refusal is null or { Code: ErrorCode.Internal };
            Logger.Unanswered(attempt, refusal?.Code.ToString() ?? fault?.StatusCode.ToString());
            if (IsTooLong(refusal)) break;
            if (attempt < _options.AttemptsMax) await Task.Delay(refusal?.RetryAfter ?? BackOff.After(attempt), Time, cancellationToken);
        }
        return last is not null && !unsure ? new SendResult.Refused(last) : new SendResult.Unknown(envelope);
    }

    /// <summary>What became of an envelope of this sender's; null when none was decided, in which case it may still be on its way. Outside
    /// transactions the broker remembers until the envelope's expires_at.</summary>
    public async Task<Decision?> OutcomeAsync(Envelope envelope, ActIdentity sender, CancellationToken cancellationToken)
    {
        var header = Content.Parser.ParseFrom(envelope.Content).Header;
        var question = new Ask { Outcome = new AskOutcome { MessageId = header.MessageId, TransactionId = header.TransactionId } };
        var answer = (await AskAsync(question, sender, cancellationToken, header.Home)).Outcome;
        return answer is { Known: true } ? answer.Decision : null;
    }

    /// <summary>Asks a signed question; again when there is no answer.</summary>
    /// <exception cref="ActRefusedException">The broker said no.</exception>
    /// <exception cref="BrokerUnreachableException">There was no answer.</exception>
    public async Task<AskResponse> AskAsync(Ask question, ActIdentity sender, CancellationToken cancellationToken, uint? home = null)
    {
        var envelope = await Sealing.SealAsync(new Content { Header = NewHeader(sender, home), Ask = question }, [sender.Signer], cancellationToken);
        return await ReadAsync(token => _broker.AskAsync(new AskRequest { Envelope = envelope }, cancellationToken: token), cancellationToken);
    }

    /// <summary>What the directory says of an id; null for an unknown one.</summary>
    /// <exception cref="BrokerUnreachableException">There was no answer.</exception>
    public async Task<DirectoryEntry?> GetEntryAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(token => _directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: token), cancellationToken);
        }
        catch (ActRefusedException refused) when (refused.Refusal.Code is ErrorCode.AgentUnknown)
        {
            return null;
        }
    }

    /// <summary>Sellers with a capability, by id, a page at a time.</summary>
    /// <param name="pageToken">From the last answer; empty at first.</param>
    public Task<FindSellersResponse> FindSellersAsync(string capability, string pageToken, CancellationToken cancellationToken) => ReadAsync(
        token => _directory.FindSellersAsync(new FindSellersRequest { Capability = capability, PageToken = pageToken }, cancellationToken: token), cancellationToken);

    /// <summary>The records of a transaction of this party's after a position, verified, oldest first; and its state.</summary>
    /// <param name="home">Bucket of the buyer's account, as in the headers of the transaction.</param>
    /// <exception cref="ActRefusedException">The sender is no party to such a transaction.</exception>
    /// <exception cref="WrongBrokerException">A record does not verify.</exception>
    public async Task<IReadOnlyList<Mail>> TransactionAsync(Id16 transaction, ulong afterPosition, ActIdentity sender, uint home, CancellationToken cancellationToken)
    {
        List<Mail> records = [];
        while (true)
        {
            var question = new Ask { Transaction = new AskTransaction { TransactionId = transaction.ToWire(), AfterPosition = afterPosition } };
            var answer = (await AskAsync(question, sender, cancellationToken, home)).Transaction ?? new TransactionAnswer();
            foreach (var receipt in answer.Records)
            {
                var (mail, fault) = await Verifier.VerifyAsync(receipt, ByteString.Empty, cancellationToken);
                if (mail is null) throw new WrongBrokerException($"A record of transaction {transaction} does not verify: {fault}");
                if (mail.Record.Position <= afterPosition || mail.TransactionIn(transaction, sender.Id) != transaction)
                {
                    throw new WrongBrokerException($"The broker answered with a record that is not of transaction {transaction}.");
                }
                afterPosition = mail.Record.Position;
                records.Add(mail);
            }
            if (answer.Records.Count < AnswerRecordsMax) return records;
        }
    }

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _channel.Dispose();

    internal AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> Connect() => _broker.Connect();

    // For calls that change nothing: as often as it takes, within the bounds of the options.
    async Task<T> ReadAsync<T>(Func<CancellationToken, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var (answer, refusal, fault) = await TryAsync(call, cancellationToken);
            if (answer is not null) return answer;
            var again = refusal is null ? fault!.StatusCode is not StatusCode.Unimplemented : BrokerFaults.MayRepeat(refusal);
            if (!again || attempt >= _options.AttemptsMax || IsTooLong(refusal)) throw BrokerFaults.ToException(fault!);
            await Task.Delay(refusal?.RetryAfter ?? BackOff.After(attempt), Time, cancellationToken);
        }
    }

    async Task<(T? Answer, Refusal? Refusal, RpcException? Fault)> TryAsync<T>(Func<CancellationToken, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        using var late = new CancellationTokenSource(_options.AnswerWithin, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return (await call(either.Token), null, null);
        }
        catch (RpcException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, BrokerFaults.RefusalIn(fault), fault);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, null, new RpcException(new Status(StatusCode.DeadlineExceeded, "There was no answer in time.")));
        }
    }

    // A wait that the caller should know of rather than sit through: an hour, say, because a clock is wrong.
    bool IsTooLong(Refusal? refusal) => refusal?.RetryAfter > _options.LongestWait;

    static bool IsWithinTransaction(Envelope envelope) => !Content.Parser.ParseFrom(envelope.Content).Header.TransactionId.IsEmpty;
}
