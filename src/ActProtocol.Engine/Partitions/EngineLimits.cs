namespace ActProtocol.Engine.Partitions;

/// <summary>Bounds that decisions depend on. They are part of version 1 of the engine: another value would replay otherwise.</summary>
static class EngineLimits
{
    /// <summary>Records in one agent's mailbox in one partition, unread or dead, before intents, quotes and counters are refused: mailbox_full.</summary>
    public const int MailboxMax = 1_000;

    /// <summary>Room that a lock reserves in each side's mailbox beyond <see cref="MailboxMax"/>: more than the steps that can follow it.</summary>
    public const int RoomOfLock = 12;

    /// <summary>Announcements about one entry that wait in a mailbox: further ones are recorded and not mailed.</summary>
    public const int AnnouncementsMax = 16;

    /// <summary>Transactions of one account that have not ended: too_many_open.</summary>
    public const int OpenTransactionsMax = 10_000;

    /// <summary>Mandates of one account that were not revoked: too_many_open.</summary>
    public const int LiveMandatesMax = 10_000;

    /// <summary>Envelopes of one account outside transactions, and of one sender in the directory, whose answers are kept until they expire: quota_exceeded.</summary>
    public const int KeptMessagesMax = 10_000;

    /// <summary>Quotes for one revision of an intent: rounds_exhausted.</summary>
    public const int QuotesMax = 8;

    /// <summary>Counters in one transaction: rounds_exhausted.</summary>
    public const int RoundsMax = 8;

    /// <summary>Refunds asked for in one transaction after settlement: rounds_exhausted.</summary>
    public const int RefundsMax = 64;

    /// <summary>Payouts of one account that wait for the operator: too_many_open.</summary>
    public const int PayoutsMax = 1_000;

    /// <summary>Recorded refusals of one side in one transaction: quota_exceeded after that. Steps that are accepted are never kept out.</summary>
    public const int RefusalsMax = 64;

    /// <summary>Broker steps recorded before one step is decided, or in one sweep.</summary>
    public const int StepsPerAppendMax = 1_024;

    /// <summary>The longest that a lock waits for its principal.</summary>
    public const long ApprovalMs = 24 * 60 * 60 * 1000;
}
