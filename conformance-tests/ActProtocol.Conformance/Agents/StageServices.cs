using ActProtocol.Conformance.Brokers;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ActProtocol.Conformance.Agents;

/// <summary>The stage's BrokerService.</summary>
sealed class StageBrokerService(Stage stage) : BrokerService.BrokerServiceBase
{
    const int FrameMax = 256;

    public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context)
    {
        var reply = await stage.TakeAsync(request.Envelope ?? new Envelope(), isQuestion: false, context.CancellationToken);
        if (reply.Lost) throw Lost(context);
        return reply.Refusal is { } refused ? throw refused.ToRpcException() : new SendResponse { Decision = reply.Decision };
    }

    public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context)
    {
        var envelope = request.Envelope ?? new Envelope();
        var reply = await stage.TakeAsync(envelope, isQuestion: true, context.CancellationToken);
        if (reply.Refusal is { } refused) throw refused.ToRpcException();
        var (answer, fault) = stage.Answer(Content.Parser.ParseFrom(envelope.Content));
        return answer ?? throw fault!.ToRpcException();
    }

    public override async Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var http = context.GetHttpContext();
        var stream = stage.Open(http.Abort);
        var writing = WriteAsync(stream, responses, ended.Token);
        try
        {
            while (await requests.MoveNext(context.CancellationToken)) Take(stream, requests.Current, context.CancellationToken);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or RpcException or InvalidOperationException)
        {
            // The subject has ended it.
        }
        stage.Close(stream);
        await ended.CancelAsync();
        await writing;
    }

    void Take(StageStream stream, ConnectRequest frame, CancellationToken cancellationToken)
    {
        stage.Observer.JudgeFrame(frame);
        foreach (var proof in frame.Proofs) stage.Prove(stream, proof);
        foreach (var acknowledge in frame.Acknowledges) _ = stage.AcknowledgeAsync(stream, acknowledge);
        foreach (var envelope in frame.Envelopes) _ = AnswerAsync(stream, envelope, cancellationToken);
    }

    async Task AnswerAsync(StageStream stream, Envelope envelope, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await stage.TakeAsync(envelope, isQuestion: false, cancellationToken);
            if (reply.Lost) stream.Cut();
            else stream.Write(new ConnectResponse { Answers = { StageAnswers.Of(envelope, reply) } });
        }
        catch (OperationCanceledException)
        {
            // Who would have been answered has gone.
        }
    }

    // Whatever has gathered goes into one frame (NET-07).
    static async Task WriteAsync(StageStream stream, IServerStreamWriter<ConnectResponse> responses, CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.Outgoing.WaitToReadAsync(cancellationToken))
            {
                var frame = new ConnectResponse();
                for (var count = 0; count < FrameMax && stream.Outgoing.TryRead(out var next); count++) frame.MergeFrom(next);
                await responses.WriteAsync(frame, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or RpcException or InvalidOperationException)
        {
            // As above.
        }
    }

    static RpcException Lost(ServerCallContext context)
    {
        context.GetHttpContext().Abort();
        return new RpcException(new Status(StatusCode.Unavailable, "The connection is cut."));
    }
}

/// <summary>The stage's DirectoryService.</summary>
sealed class StageDirectoryService(Stage stage) : DirectoryService.DirectoryServiceBase
{
    public override Task<DirectoryEntry> GetEntry(GetEntryRequest request, ServerCallContext context) =>
        Task.FromResult(stage.Find(request.Id) ?? throw StageRefusals.Of("agent_unknown").ToRpcException());

    public override Task<FindSellersResponse> FindSellers(FindSellersRequest request, ServerCallContext context) =>
        Task.FromResult(new FindSellersResponse { Sellers = { stage.FindSellers(request.Capability) } });
}

/// <summary>Answers of the stage.</summary>
static class StageAnswers
{
    public static Answer Of(Envelope envelope, StageReply reply)
    {
        var answer = new Answer { Digest = ByteString.CopyFrom(Signing.Tags.Digest(envelope.Content.Span)) };
        if (reply.Decision is { } decision) answer.Decision = decision;
        else answer.NotDecided = reply.NotDecided;
        return answer;
    }

    /// <summary>The answer to a signed question, of what is the sender's.</summary>
    public static (AskResponse? Answer, Google.Rpc.Status? Refused) Answer(this Stage stage, Content content)
    {
        var (ask, sender) = (content.Ask, content.Header.Sender);
        switch (ask.QuestionCase)
        {
            case V1.Ask.QuestionOneofCase.Outcome:
                var decision = stage.DecisionOf(ask.Outcome.TransactionId, sender, ask.Outcome.MessageId);
                return (new AskResponse { Outcome = new OutcomeAnswer { Known = decision is not null, Decision = decision } }, null);
            case V1.Ask.QuestionOneofCase.Transaction:
                var id = Convert.ToHexStringLower(ask.Transaction.TransactionId.Span);
                if (stage.Transactions.FirstOrDefault(one => one.Hex == id) is not { } transaction || !stage.IsParty(transaction, sender)) return (null, StageRefusals.Of("transaction_unknown"));
                var records = stage.Records.Where(record => Stage.IsOf(record, transaction) && record.Position > ask.Transaction.AfterPosition).Take(256);
                return (new AskResponse { Transaction = new TransactionAnswer { Records = { records.Select(stage.Show) }, State = transaction.State } }, null);
            case V1.Ask.QuestionOneofCase.Account:
                return (new AskResponse { Account = new Account { Id = sender, Balances = { new Balance { Available = Xts.Of(1_000_000), Held = Xts.Of(0) } } } }, null);
            case V1.Ask.QuestionOneofCase.Mandate:
                return (new AskResponse { Mandate = new MandateAnswer { Mandate = ask.Mandate.Mandate, Agent = sender, ValidUntilMs = stage.NowMs + 86_400_000 } }, null);
            case V1.Ask.QuestionOneofCase.Mail:
                return (new AskResponse { Mail = ask.Mail.DeadLetters ? new MailAnswer() : stage.Waiting(sender, ask.Mail.PageSize is 0 ? 64 : (int)ask.Mail.PageSize) }, null);
            case V1.Ask.QuestionOneofCase.Payouts:
            case V1.Ask.QuestionOneofCase.None:
                break;
        }
        return (null, StageRefusals.Of("role_missing"));
    }
}
