namespace ActProtocol.Client;

/// <summary>Deals with the records of one agent's mailbox, one at a time, in order within each transaction.</summary>
public interface IMailHandler
{
    /// <summary>Deals with one verified record: <c>switch (mail.Body)</c> says what it is.</summary>
    /// <remarks>At least once; only once where the success was recorded (<see cref="Inbox"/>). Throwing means it was not dealt with: it comes
    /// again later, and what follows it in the same transaction waits for it.</remarks>
    Task HandleAsync(Mail mail, CancellationToken cancellationToken);
}
