using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Client;

/// <summary>Talks to one broker for any number of identities. Safe for use by many threads.</summary>
/// <remarks>A time-out is never told as a failure: the same bytes are sent again, which gets the same answer, and in the end the
/// outcome is said to be unknown.</remarks>
public sealed class ActClient : IDisposable
{
    const int AttemptsMax = 6;
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    readonly GrpcChannel _channel;
    readonly BrokerService.BrokerServiceClient _broker;
    readonly DirectoryService.DirectoryServiceClient _directory;
    readonly TimeProvider _time;

    /// <param name="address">gRPC address, for example <c>http://127.0.0.1:7400</c>.</param>
    public ActClient(string address, BrokerInfo broker, TimeProvider? time = null)
    {
        Broker = broker;
        _time = time ?? TimeProvider.System;
        _channel = GrpcChannel.ForAddress(address);
        _broker = new(_channel);
        _directory = new(_channel);
    }

    public BrokerInfo Broker { get; }

    /// <summary>A header for an envelope that this identity sends now.</summary>
    public Header NewHeader(ActIdentity sender, uint? home = null)
    {
        var now = _time.GetUtcNow();
        return new Header
        {
            VersionMajor = Sealing.Major,
            VersionMinor = Sealing.Minor,
            MessageId = ByteString.CopyFrom(Guid.CreateVersion7(now).ToByteArray(bigEndian: true)),
            Sender = sender.Id,
            Broker = Broker.Id,
            SentAtMs = now.ToUnixTimeMilliseconds(),
            ExpiresAtMs = now.Add(Lifetime).ToUnixTimeMilliseconds(),
            Home = home ?? sender.Home,
        };
    }

    /// <summary>Seals and sends.</summary>
    public Task<SendResult> SendAsync(Content content, ActIdentity sender, CancellationToken cancellationToken, params ISigner[] alsoSigning) =>
        SendAsync(Sealing.Seal(content, [sender.Signer, .. alsoSigning]), cancellationToken);

    /// <summary>Sends bytes that were sealed before; after a time-out the same again, a few times.</summary>
    public async Task<SendResult> SendAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            try
            {
                var deadline = _time.GetUtcNow().Add(AnswerWithin).UtcDateTime;
                var answer = await _broker.SendAsync(new SendRequest { Envelope = envelope }, deadline: deadline, cancellationToken: cancellationToken);
                return new SendResult.Taken(answer.Decision);
            }
            catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
            {
                var refusal = Refusal.FromWire(fault.GetRpcStatus());
                if (refusal is not null && refusal.Code is not (ErrorCode.Internal or ErrorCode.Overloaded or ErrorCode.PartitionFenced or ErrorCode.QuotaExceeded))
                {
                    return new SendResult.Refused(refusal);
                }
                await Task.Delay(refusal?.RetryAfter ?? TimeSpan.FromMilliseconds(100 << attempt), _time, cancellationToken);
            }
        }
        return new SendResult.Unknown(envelope);
    }

    /// <summary>Asks a signed question.</summary>
    /// <exception cref="ActRefusedException">The broker said no.</exception>
    public async Task<AskResponse> AskAsync(Ask question, ActIdentity sender, CancellationToken cancellationToken, uint? home = null)
    {
        try
        {
            var envelope = Sealing.Seal(new Content { Header = NewHeader(sender, home), Ask = question }, sender.Signer);
            return await _broker.AskAsync(new AskRequest { Envelope = envelope }, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (Refusal.FromWire(fault.GetRpcStatus()) is { } refusal)
        {
            throw new ActRefusedException(refusal);
        }
    }

    /// <summary>What the directory says of an id; null for an unknown one.</summary>
    public async Task<DirectoryEntry?> GetEntryAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await _directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<FindSellersResponse> FindSellersAsync(string capability, string pageToken, CancellationToken cancellationToken) =>
        await _directory.FindSellersAsync(new FindSellersRequest { Capability = capability, PageToken = pageToken }, cancellationToken: cancellationToken);

    public void Dispose() => _channel.Dispose();

    internal AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> Connect(CancellationToken cancellationToken) =>
        _broker.Connect(cancellationToken: cancellationToken);
}
