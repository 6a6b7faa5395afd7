using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client;

/// <summary>What comes before a first purchase: being known, having money, and being allowed to spend it.</summary>
public static class Registering
{
    /// <summary>Enters a principal and an agent of its in the directory, where they are not yet.</summary>
    /// <param name="listing">What the agent sells, if it sells.</param>
    /// <exception cref="ActRefusedException">One of the ids is registered with another key.</exception>
    public static async Task RegisterAsync(
        this ActClient client, ActIdentity owner, ActIdentity agent, CancellationToken cancellationToken, Listing? listing = null)
    {
        await EnterAsync(client, owner, new Register { Kind = EntryKind.Principal }, cancellationToken);
        await EnterAsync(client, agent, new Register { Kind = EntryKind.Agent, Principal = owner.Id, Listing = listing }, cancellationToken, owner.Signer);
    }

    /// <summary>Funds a principal's account with play money, at a broker whose data folder was made for it.</summary>
    /// <param name="reference">Unique for ever: the same reference funds once.</param>
    public static async Task FundAsync(this ActClient client, ActIdentity owner, Money amount, string reference, CancellationToken cancellationToken)
    {
        var fund = new Fund { Account = owner.Id, Amount = amount.ToWire(), Reference = reference };
        var result = await client.SendAsync(new Content { Header = client.NewHeader(owner), Fund = fund }, owner, cancellationToken);
        if (result is not SendResult.Refused { Refusal.Code: ErrorCode.ReferenceUsed }) result.OrThrow();
    }

    /// <summary>Lodges a mandate: the agent may spend so much of its principal's money, in total.</summary>
    /// <returns>The digest by which the mandate is known.</returns>
    public static async Task<Digest> AllowAsync(
        this ActClient client, ActIdentity owner, ActIdentity agent, Money inTotal, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var header = client.NewHeader(owner);
        var mandate = new Mandate
        {
            Agent = agent.Id,
            AgentKey = agent.Signer.PublicKey.Thumbprint.ToWire(),
            Account = owner.Id,
            Limits = { new CurrencyLimit { Currency = inTotal.Currency, PerTransaction = inTotal.ToWire(), InTotal = inTotal.ToWire() } },
            // So that a broker whose clock is a little behind does not find it too early.
            ValidFromMs = header.SentAtMs - EnvelopeLimits.SkewMs,
            ValidUntilMs = header.SentAtMs + (long)lifetime.TotalMilliseconds,
        };
        return await client.LodgeAsync(owner, mandate, cancellationToken);
    }

    /// <summary>Lodges a mandate with any terms.</summary>
    /// <returns>The digest by which the mandate is known.</returns>
    public static async Task<Digest> LodgeAsync(this ActClient client, ActIdentity owner, Mandate mandate, CancellationToken cancellationToken)
    {
        var envelope = await Sealing.SealAsync(new Content { Header = client.NewHeader(owner), Mandate = mandate }, [owner.Signer], cancellationToken);
        (await client.SendAsync(envelope, cancellationToken)).OrThrow();
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    static async Task EnterAsync(ActClient client, ActIdentity identity, Register register, CancellationToken cancellationToken, params ISigner[] alsoSigning)
    {
        if (await client.GetEntryAsync(identity.Id, cancellationToken) is { } entry)
        {
            if (entry.Keys.Any(key => key.Thumbprint == identity.Signer.PublicKey.Thumbprint.ToWire())) return;
            throw new ActRefusedException(new Refusal(ErrorCode.NameTaken, $"{identity.Id} is registered with another key"));
        }
        register.SigningKey = ByteString.CopyFrom(identity.Signer.PublicKey.Bytes.Span);
        (await client.SendAsync(new Content { Header = client.NewHeader(identity), Register = register }, identity, cancellationToken, alsoSigning)).OrThrow();
    }
}
