using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A refusal for people: what the broker said no to, who can mend it, and how.</summary>
static class Advice
{
    public static string Sentence(Refusal refusal)
    {
        if (refusal.Code is ErrorCode.Unspecified) return $"The broker refuses, by a rule this version does not know: {refusal.Detail ?? "it says no more"}.";
        var entry = refusal.Code.Entry;
        var detail = refusal.Detail is { Length: > 0 } more ? $" [{more}]" : "";
        var wait = refusal.RetryAfter is { } after ? $" Again in {after.TotalSeconds:0.#} s." : "";
        return $"The broker refuses: {entry.Meaning}{detail} ({entry.Name}) {Next(refusal.Code)}{wait}".TrimEnd();
    }

    /// <summary>What to do next.</summary>
    public static string Next(ErrorCode code) => code switch
    {
        ErrorCode.SignatureInvalid => "Is the sender registered, with this very key? See 'act register --help'.",
        ErrorCode.NameTaken => "Choose another name, or use the key file it was registered with.",
        ErrorCode.FundsInsufficient => "Put money in first: 'act fund ACCOUNT AMOUNT'.",
        ErrorCode.MandateUnknown => "The principal lodges one with 'act mandate lodge'.",
        ErrorCode.MandateRevoked or ErrorCode.MandateExpired or ErrorCode.MandateExceeded or ErrorCode.MandateCurrency or ErrorCode.MandateSeller =>
            "The principal can lodge another one with 'act mandate lodge'.",
        ErrorCode.AgentUnknown => "Look it up with 'act find --id ID'; who is missing registers with 'act register'.",
        ErrorCode.NoSeller => "See who sells with 'act find CAPABILITY'.",
        ErrorCode.TransactionUnknown => "Check the id, and whose keys --as names: only parties see a transaction.",
        ErrorCode.StepOutOfOrder => "'act trace TRANSACTION' shows where it stands, 'act transitions' what may follow.",
        ErrorCode.ReferenceUsed => "This money was booked already; another payment needs another --reference.",
        ErrorCode.AuthorityForeign => "'act broker' shows the authority that it gives out names under.",
        ErrorCode.RoleMissing => "With real money only an operator's key does this: --operator FILE.",
        ErrorCode.BrokerWrong => "Name the broker that it is meant for, with --broker and --broker-json.",
        ErrorCode.ClockSkew => "Set this machine's clock.",
        _ => code.Entry.Mender switch
        {
            Mender.Counterparty => "Only the other side can mend that.",
            Mender.Operator => "The broker's operator can mend that.",
            Mender.Principal => "The principal can mend that.",
            Mender.Agent or Mender.Developer => "",
        },
    };
}
