using System.Security.Cryptography;
using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>Buys: intent, quotes, lock, commit, receipt. Any number of purchases at the same time.</summary>
/// <param name="mandate">Digest of the envelope that lodged the mandate.</param>
/// <remarks>While purchases are under way it reads and acknowledges the agent's mail; where another process has the mailbox, it asks for the
/// records instead.</remarks>
public sealed class Buyer(ActClient client, ActIdentity agent, Digest mandate)
{
    readonly BuyerMail _mail = new(client, agent);

    /// <summary>Folder of the purchases' files, made when it is not there. It must survive whatever the process may not.</summary>
    public string? Purchases { get; init; }

    /// <summary>What arrives, for logs and screens.</summary>
    public Action<Mail>? Seen { get => _mail.Seen; init => _mail.Seen = value; }

    /// <summary>A lock that the broker refused, and why.</summary>
    public Action<Mail, Refusal>? LockRefused { get; init; }

    /// <summary>A quote that this buyer does not lock, since it is not well-formed or not what the intent allows, and why (INT-11). The broker is not asked.</summary>
    public Action<Mail, Refusal>? Unfit { get; init; }

    /// <summary>A step of this buyer's that was taken.</summary>
    public Action<StepKind, Decision>? Taken { get; init; }

    /// <summary>Buys once for a key, however often it is called: after a crash, after a time-out, by two processes at the same time.</summary>
    /// <remarks>Processes that may act at the same time share the folder, on a file system of one machine: its locks and flushes are relied on.</remarks>
    /// <param name="key">The user's name for this purchase, for example an order number; at most 256 characters on one line. The same key goes on
    /// with the same purchase; the order is looked at where it has not been said yet.</param>
    /// <exception cref="InvalidOperationException"><see cref="Purchases"/> is not set.</exception>
    /// <exception cref="FormatException">The purchase's file is damaged.</exception>
    /// <exception cref="WrongBrokerException">The broker's records do not verify.</exception>
    public async Task<PurchaseResult> BuyAsync(string key, PurchaseOrder order, CancellationToken cancellationToken)
    {
        if (Purchases is null) throw new InvalidOperationException($"Say where purchases are remembered: set {nameof(Purchases)} to a folder.");
        if (key.Length is 0 or > 256 || key.Any(char.IsControl)) throw new ArgumentException("A purchase's key is 1 to 256 characters on one line.", nameof(key));
        System.IO.Directory.CreateDirectory(Purchases);
        Durable.FlushFolderOf(Purchases);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));
        return await RunAsync(key, order, new PurchaseFile(Path.Combine(Purchases, $"{name}.purchase"), client.Time), cancellationToken);
    }

    /// <summary>Buys once, and remembers nothing beyond the life of the process.</summary>
    /// <param name="sellers">Whom to ask.</param>
    /// <param name="order">In which order to try the quotes that came.</param>
    /// <param name="wait">How long to wait for quotes, and for the rest, at most; it goes on as soon as all have answered.</param>
    /// <returns>The record of the settlement or commit, with its proof; null when no quote could be bought.</returns>
    /// <exception cref="ActRefusedException">The intent was refused.</exception>
    /// <exception cref="TimeoutException">What became of the last step is not known.</exception>
    public async Task<Mail?> BuyAsync(
        Intent intent, IReadOnlyList<string> sellers, Func<IEnumerable<Mail>, IEnumerable<Mail>> order, TimeSpan wait, CancellationToken cancellationToken)
    {
        var purchase = new PurchaseOrder(intent) { Sellers = sellers, Order = order, QuotesWithin = wait, Patience = 2 * wait };
        return await RunAsync("in memory", purchase, new PurchaseFile(null, client.Time), cancellationToken) switch
        {
            PurchaseResult.Bought bought => bought.Record,
            PurchaseResult.Refused refused => throw new ActRefusedException(refused.Refusal),
            PurchaseResult.Unfinished { OutcomeUnknown: true } unfinished => throw new TimeoutException(unfinished.Why),
            _ => null,
        };
    }

    /// <summary>Received as agreed: what is kept in escrow is paid. Once, however often it is said.</summary>
    /// <param name="bought">The record of <see cref="PurchaseResult.Bought"/>.</param>
    public Task<SendResult> AcceptAsync(Mail bought, CancellationToken cancellationToken) => SayAsync(bought, new Content { Accept = new Accept() }, cancellationToken);

    /// <summary>Not as agreed: the arbiter is asked. Only while the dispute window is open; once, however often it is said.</summary>
    /// <param name="bought">The record of <see cref="PurchaseResult.Bought"/>.</param>
    /// <param name="reason">At most 2,048 bytes.</param>
    /// <param name="evidence">At most 16.</param>
    public Task<SendResult> DisputeAsync(Mail bought, string reason, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken) =>
        SayAsync(bought, new Content { Dispute = new Dispute { Reason = reason, Evidence = { evidence } } }, cancellationToken);

    async Task<SendResult> SayAsync(Mail bought, Content step, CancellationToken cancellationToken)
    {
        var payment = bought.Accepted.Payment;
        step.Header = client.NewHeader(agent);
        step.Header.MessageId = DerivedIds.Message(agent.Id, StepKinds.Of(step.BodyCase), Digest.FromWire(payment.Quote), 0).ToWire();
        step.Header.TransactionId = bought.TransactionFor(agent.Id).ToWire();
        step.Header.Recipients.Add(payment.Seller);
        var envelope = await Sealing.SealAsync(step, [agent.Signer], cancellationToken);
        var result = await client.SendAsync(envelope, cancellationToken);
        // Said before, at another time: what came of it then is the answer.
        return result is SendResult.Refused { Refusal.Code: ErrorCode.MessageIdReused } && await client.OutcomeAsync(envelope, agent, cancellationToken) is { } decision
            ? Decided(decision)
            : result;
    }

    static SendResult Decided(Decision decision) => decision.Refused is { } refused
        ? new SendResult.Refused(Refusal.FromWire(refused) ?? new Refusal(ErrorCode.Unspecified))
        : new SendResult.Taken(decision);

    async Task<PurchaseResult> RunAsync(string key, PurchaseOrder order, PurchaseFile file, CancellationToken cancellationToken)
    {
        await using var watch = _mail.Enter();
        var purchase = new Purchase(client, agent, mandate, key, order, file, watch) { LockRefused = LockRefused, Unfit = Unfit, Taken = Taken };
        return await purchase.RunAsync(cancellationToken);
    }
}
