using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>Answers intents with quotes, and locks with goods.</summary>
/// <param name="handler">What it decides.</param>
/// <param name="inbox">Remembers what was dealt with; without one that is forgotten with the process.</param>
public sealed class Seller(ActClient client, ActIdentity agent, SellerHandler handler, Inbox? inbox = null)
{
    MailLoop? _loop;

    /// <param name="quoteFor">The offer for an intent; null declines. Lines, terms and attributes: the rest is filled in.</param>
    /// <param name="holdGoods">Whether the goods of a locked transaction are held now; false declines. May be asked more than once for one transaction.</param>
    /// <param name="inbox">Remembers what was dealt with; without one that is forgotten with the process.</param>
    public Seller(ActClient client, ActIdentity agent, Func<Intent, Quote?> quoteFor, Func<Id16, bool> holdGoods, Inbox? inbox = null)
        : this(client, agent, new ByFunctions(quoteFor, holdGoods), inbox)
    {
    }

    /// <summary>What happens, for logs and screens.</summary>
    public Action<Mail>? Seen { get; init; }

    /// <summary>Completes when intents can arrive.</summary>
    public Task Ready => Loop.Ready;

    MailLoop Loop => _loop ??= new MailLoop(client, agent, new Shown(new SellerDesk(client, agent, handler), this), inbox);

    /// <summary>Sells until cancelled; the record under way is finished first.</summary>
    /// <param name="stopping">No further record is begun.</param>
    /// <param name="abort">The record under way is left, too.</param>
    /// <exception cref="MailboxClosedException">The mailbox was taken over, or the proof was not taken.</exception>
    public Task RunAsync(CancellationToken stopping, CancellationToken abort = default) => Loop.RunAsync(stopping, abort);

    sealed class ByFunctions(Func<Intent, Quote?> quoteFor, Func<Id16, bool> holdGoods) : SellerHandler
    {
        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult(quoteFor(intent));

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(holdGoods(sale.Transaction));
    }

    // Shows what comes before it is dealt with, as screens want it.
    sealed class Shown(IMailHandler desk, Seller seller) : IMailHandler
    {
        public Task HandleAsync(Mail mail, CancellationToken cancellationToken)
        {
            seller.Seen?.Invoke(mail);
            return desk.HandleAsync(mail, cancellationToken);
        }
    }
}
