using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Client;

/// <summary>Drives one purchase to its end, from wherever it stands.</summary>
/// <remarks>
/// Two sources say where it stands: the file, which has the bytes of every step before it is sent, and the broker's records, which have what
/// came of them. A step is added only when the one before is known to be decided: so a process that takes over, or a second one beside it,
/// says the same bytes again and gets the same answer, and there is never more than one lock that could be committed.
/// </remarks>
sealed class Purchase(ActClient client, ActIdentity agent, Digest mandate, string key, PurchaseOrder order, PurchaseFile file, BuyerMail.Watch watch)
{
    // Recorded refusals of one step before the quote is given up.
    const int AttemptsMax = 4;

    readonly Dictionary<Id16, TransactionView> _views = [];
    readonly Dictionary<Digest, Refusal> _refused = [];
    readonly HashSet<Digest> _passedOver = [];
    readonly long _began = client.Time.GetTimestamp();
    PurchaseMemory _memory = new();
    Digest? _found;

    /// <summary>A lock that the broker refused, and why.</summary>
    public Action<Mail, Refusal>? LockRefused { get; init; }

    /// <summary>A quote that this buyer itself does not lock, and why.</summary>
    public Action<Mail, Refusal>? Unfit { get; init; }

    /// <summary>A step that was taken.</summary>
    public Action<StepKind, Decision>? Taken { get; init; }

    string About => $"{client.Broker.Id} {agent.Id} {key}";

    public async Task<PurchaseResult> RunAsync(CancellationToken cancellationToken)
    {
        using var activity = ClientTelemetry.Source.StartActivity("act.purchase");
        _memory = await file.ReadAsync(About, cancellationToken);
        _found = _memory.Intent?.Digest;
        for (var failures = 0; ;)
        {
            try
            {
                _memory = await file.ReadAsync(About, cancellationToken);
                if (await NextAsync(cancellationToken) is { } result)
                {
                    client.Logger.PurchaseEnded(key, result.GetType().Name);
                    return result;
                }
                failures = 0;
            }
            catch (BrokerUnreachableException fault)
            {
                client.Logger.PurchaseWaits(fault, key);
                if (Left <= TimeSpan.Zero) return new PurchaseResult.Unfinished("The broker cannot be reached.", OutcomeUnknown: true);
                await Task.Delay(client.BackOff.After(++failures), client.Time, cancellationToken);
            }
        }
    }

    TimeSpan Left => order.Patience - client.Time.GetElapsedTime(_began);

    // One move: null to go on.
    async Task<PurchaseResult?> NextAsync(CancellationToken cancellationToken)
    {
        if (_memory.Bought is { } receipt) return new PurchaseResult.Bought(await KnownAsync(receipt, cancellationToken));
        if (_memory.Intent is not { } intent) return await SayAsync(NewIntent(), cancellationToken);
        if (_memory.Opened is not { } opened) return await OpenAsync(intent, cancellationToken);

        await RefreshAsync(opened, intent.Content.Header.Home, cancellationToken);
        if (_memory.Steps is [.., var last] && !IsDecided(last)) return await SendAsync(last, cancellationToken);
        // Whatever the file says: what the broker took the money for was bought.
        if (_views.Values.FirstOrDefault(view => view.IsPaid) is { Payment: { } payment } paid)
        {
            // Proven by the broker, and still not what was locked (TXN-52).
            if (paid.Quote is not { } locked || !QuoteFit.IsPaymentOf(payment.Accepted.Payment, locked, intent.Digest))
            {
                throw new WrongBrokerException($"The broker's record of the payment in transaction {paid.Id} is not of the quote that was locked.");
            }
            // Whoever else ends it remembers the same.
            await file.TryEndAsync(_memory, payment.Receipt, cancellationToken);
            return new PurchaseResult.Bought(payment);
        }
        if (_memory.LastLock is not { } lastLock || RefusalOf(lastLock) is not null) return await LockAsync(cancellationToken);

        var view = _views[lastLock.Transaction];
        return view.State switch
        {
            AwaitingApproval => await WaitAsync("The lock waits for the principal's approval.", Left, cancellationToken),
            Locked => await WaitAsync("The seller has not confirmed yet.", Left, cancellationToken),
            Confirmed => await CommitAsync(view, lastLock, cancellationToken),
            _ => await LockAsync(cancellationToken), // It ended without a payment: what was held is free.
        };
    }

    async Task<PurchaseResult?> OpenAsync(SaidStep intent, CancellationToken cancellationToken)
    {
        var result = await client.SendAsync(intent.Envelope, cancellationToken);
        Tell(intent.Kind, result);
        switch (result)
        {
            case SendResult.Taken taken:
                await file.TryOpenAsync(_memory, taken.Decision.Accepted, cancellationToken);
                Taken?.Invoke(StepKind.Intent, taken.Decision);
                return null;
            case SendResult.Refused { Refusal.Code: ErrorCode.EnvelopeExpired } when await FindOpenedAsync(intent, cancellationToken) is { } opened:
                await file.TryOpenAsync(_memory, opened, cancellationToken);
                return null;
            case SendResult.Refused refused when BrokerFaults.MayRepeat(refused.Refusal) && WaitFor(refused.Refusal) < Left:
                return await SayAgainAsync(refused.Refusal, cancellationToken);
            case SendResult.Refused refused:
                // Nothing was locked under it, and never will be: a later call may ask anew.
                var again = intent.Digest == _found && BrokerFaults.EntryOf(refused.Refusal.Code)?.Retry is Retry.NewEnvelope;
                return again ? await SayAsync(NewIntent(), cancellationToken) : new PurchaseResult.Refused(refused.Refusal);
            default:
                return await RetryLaterAsync(cancellationToken);
        }
    }

    // An intent that came late may have been taken before: then its transactions are there.
    async Task<Accepted?> FindOpenedAsync(SaidStep intent, CancellationToken cancellationToken)
    {
        var opened = new Accepted();
        foreach (var seller in intent.Content.Header.Recipients)
        {
            var id = DerivedIds.Transaction(intent.Digest, seller);
            try
            {
                await client.TransactionAsync(id, 0, agent, intent.Content.Header.Home, cancellationToken);
                opened.Transactions.Add(new OpenedTransaction { TransactionId = id.ToWire(), Seller = seller });
            }
            catch (ActRefusedException unknown) when (unknown.Refusal.Code is ErrorCode.TransactionUnknown)
            {
                continue;
            }
        }
        return opened.Transactions.Count > 0 ? opened : null;
    }

    async Task<PurchaseResult?> LockAsync(CancellationToken cancellationToken)
    {
        // The records are newer than the file was when it was read: another process has locked meanwhile, and it says so there.
        if (_views.Values.Any(view => view.State is AwaitingApproval or Locked or Confirmed))
        {
            var known = _memory.Lines;
            _memory = await file.ReadAsync(About, cancellationToken);
            return _memory.Lines != known ? null : await WaitAsync("A lock is live that the purchase's file does not know.", Left, cancellationToken);
        }
        var quotesLeft = order.QuotesWithin - client.Time.GetElapsedTime(_began);
        if (quotesLeft > TimeSpan.Zero && Left > TimeSpan.Zero && _views.Values.Any(view => view.State is TransactionState.Open))
        {
            return await WaitAsync("No quote has come yet.", quotesLeft < Left ? quotesLeft : Left, cancellationToken);
        }
        var live = _views.Values.Where(view => view.State is Quoted && !_passedOver.Contains(view.Quote!.Digest) && view.RefusalsOf(StepKind.Lock, view.Quote.Digest) < AttemptsMax);
        if (FirstFit(order.Order(live.Select(view => view.Quote!))) is not { } quote) return new PurchaseResult.NothingBought();

        var chosen = _views[quote.TransactionFor(agent.Id)];
        return await SayAsync(NewStep(new Content { Lock = new V1.Lock { Quote = quote.Digest.ToWire() } }, chosen, quote.Digest), cancellationToken);
    }

    // What the owner's intent forbids is not asked for, though the broker might let it pass (INT-11).
    Mail? FirstFit(IEnumerable<Mail> quotes)
    {
        var intent = _memory.Intent!;
        foreach (var quote in quotes.ToList())
        {
            if (QuoteFit.FaultOf(quote, intent.Content.Intent, intent.Digest) is not { } fault) return quote;
            _passedOver.Add(quote.Digest);
            Unfit?.Invoke(quote, fault);
        }
        return null;
    }

    async Task<PurchaseResult?> CommitAsync(TransactionView view, SaidStep locked, CancellationToken cancellationToken)
    {
        // Refused, and not for coming late: the lock will end by itself.
        var refused = _memory.Steps is [.., { Kind: StepKind.Commit } last] ? RefusalOf(last) : null;
        if (refused is not null and not { Code: ErrorCode.EnvelopeExpired or ErrorCode.FollowsStale } || view.RefusalsOf(StepKind.Commit, locked.Quote) >= AttemptsMax)
        {
            return await WaitAsync($"The commit was refused: {refused?.Code}.", Left, cancellationToken);
        }
        return await SayAsync(NewStep(new Content { Commit = new Commit { Quote = locked.Quote.ToWire() } }, view, locked.Quote), cancellationToken);
    }

    async Task<PurchaseResult?> SendAsync(SaidStep step, CancellationToken cancellationToken)
    {
        var result = await client.SendAsync(step.Envelope, cancellationToken);
        Tell(step.Kind, result);
        watch.Wake(step.Transaction);
        switch (result)
        {
            case SendResult.Taken taken:
                Taken?.Invoke(step.Kind, taken.Decision);
                return null;
            // Nothing was decided, so nothing is over: not the quote, and not the lock that waits for its commit.
            case SendResult.Refused refused when BrokerFaults.MayRepeat(refused.Refusal):
                return await SayAgainAsync(refused.Refusal, cancellationToken);
            case SendResult.Refused refused:
                _refused[step.Digest] = refused.Refusal;
                if (step.Kind is not StepKind.Lock) return null;
                if (refused.Refusal.Code is not (ErrorCode.EnvelopeExpired or ErrorCode.FollowsStale)) _passedOver.Add(step.Quote);
                if (_views[step.Transaction].Quote is { } quote && quote.Digest == step.Quote) LockRefused?.Invoke(quote, refused.Refusal);
                return null;
            default:
                return await RetryLaterAsync(cancellationToken);
        }
    }

    // Remembered first; sent by the next move, whoever makes it.
    async Task<PurchaseResult?> SayAsync(Content content, CancellationToken cancellationToken)
    {
        var envelope = await Sealing.SealAsync(content, [agent.Signer], cancellationToken);
        if (await file.TrySayAsync(_memory, envelope, cancellationToken))
        {
            client.Logger.Remembered(key, StepKinds.Of(content.BodyCase), Id16.FromWire(content.Header.MessageId));
        }
        return null;
    }

    async Task RefreshAsync(Accepted opened, uint home, CancellationToken cancellationToken)
    {
        foreach (var one in opened.Transactions)
        {
            var id = Id16.FromWire(one.TransactionId);
            if (!_views.ContainsKey(id)) _views[id] = new TransactionView(id, one.Seller);
        }
        var changed = watch.TakeChanged();
        try
        {
            await Task.WhenAll(_views.Values.Where(view => changed is null || changed.Contains(view.Id) || view.Position == 0).Select(async view =>
            {
                foreach (var mail in await client.TransactionAsync(view.Id, view.Position, agent, home, cancellationToken)) view.Add(mail);
            }));
        }
        catch
        {
            watch.Wake(null); // All of it is still to be read.
            throw;
        }
    }

    async Task<PurchaseResult?> WaitAsync(string why, TimeSpan most, CancellationToken cancellationToken)
    {
        if (Left <= TimeSpan.Zero) return new PurchaseResult.Unfinished(why, OutcomeUnknown: false);
        await watch.WaitAsync(most, client.Time, cancellationToken);
        return null;
    }

    async Task<PurchaseResult?> RetryLaterAsync(CancellationToken cancellationToken)
    {
        if (Left <= TimeSpan.Zero) return new PurchaseResult.Unfinished("What became of the last step is not known.", OutcomeUnknown: true);
        await Task.Delay(client.BackOff.After(1), client.Time, cancellationToken);
        return null;
    }

    TimeSpan WaitFor(Refusal refusal) => refusal.RetryAfter ?? client.BackOff.After(1);

    // The same bytes, by the next move; unless the broker asks for more patience than there is.
    async Task<PurchaseResult?> SayAgainAsync(Refusal refusal, CancellationToken cancellationToken)
    {
        var wait = WaitFor(refusal);
        if (wait >= Left) return new PurchaseResult.Unfinished($"The broker decides nothing for now: {refusal.Code}.", OutcomeUnknown: false);
        await Task.Delay(wait, client.Time, cancellationToken);
        return null;
    }

    Content NewIntent()
    {
        var content = new Content { Header = client.NewHeader(agent), Intent = order.Intent };
        content.Header.Recipients.Add(order.Sellers);
        content.Header.Mandate = mandate.ToWire();
        return content;
    }

    Content NewStep(Content content, TransactionView view, Digest quote)
    {
        var step = StepKinds.Of(content.BodyCase);
        content.Header = client.NewHeader(agent);
        // Only a recorded refusal uses an attempt up (ENV-21).
        content.Header.MessageId = DerivedIds.Message(agent.Id, step, quote, view.RefusalsOf(step, quote)).ToWire();
        content.Header.TransactionId = view.Id.ToWire();
        content.Header.Recipients.Add(view.Seller);
        content.Header.Follows = view.LastOfSeller!.Digest.ToWire();
        content.Header.Mandate = mandate.ToWire();
        return content;
    }

    bool IsDecided(SaidStep step) => _views[step.Transaction].TryFind(step.Digest, out _) || _refused.ContainsKey(step.Digest);

    Refusal? RefusalOf(SaidStep step) =>
        _views[step.Transaction].TryFind(step.Digest, out var recorded) ? recorded : _refused.GetValueOrDefault(step.Digest);

    async Task<Mail> KnownAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var (mail, fault) = await client.Verifier.VerifyAsync(receipt, ByteString.Empty, cancellationToken);
        return mail ?? throw new FormatException($"The receipt that the purchase '{key}' remembers does not verify: {fault}");
    }

    void Tell(StepKind step, SendResult result) => client.Logger.Answered(key, step, result switch
    {
        SendResult.Taken => "taken",
        SendResult.Refused refused => refused.Refusal.Code.ToString(),
        _ => "unknown",
    });
}
