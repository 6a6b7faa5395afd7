using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Transactions;

/// <summary>One transaction as its parties see it: what the next envelope of each must name.</summary>
sealed class Deal
{
    public required ByteString Id { get; init; }

    public required Digest IntentId { get; init; }

    public required Intent Intent { get; set; }

    /// <summary>The present revision of the intent.</summary>
    public Digest Revision { get; set; }

    public Digest QuoteDigest { get; set; }

    public Quote? Quote { get; set; }

    public required Digest Mandate { get; set; }

    public Digest LastOfBuyer { get; set; }

    public Digest LastOfSeller { get; set; }

    public string Buyer { get; init; } = "buyer";

    public string Seller { get; init; } = "seller";

    public string Arbiter { get; init; } = "arbiter";

    public uint Home => (uint)ActId.BucketOf(World.HomeOwner(Buyer));

    /// <summary>The last envelope that was sent in it.</summary>
    public Envelope? Last { get; set; }

    public string NameOf(Role role) => role switch
    {
        Role.Buyer => Buyer,
        Role.Seller => Seller,
        Role.Principal => $"{Buyer}-owner",
        Role.Arbiter => Arbiter,
        Role.Broker or Role.Unspecified => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>A header as the role's software would write it.</summary>
    public Header HeaderFor(Role role)
    {
        var header = new Header { TransactionId = Id };
        if (role is Role.Buyer) header.Recipients.Add(World.Id(Seller));
        if (role is Role.Seller) header.Recipients.Add(World.Id(Buyer));
        if (role is Role.Buyer) (header.Follows, header.Mandate) = (Wire(LastOfSeller), Mandate.ToWire());
        if (role is Role.Seller) header.Follows = Wire(LastOfBuyer);
        return header;
    }

    /// <summary>Learns from an envelope that was accepted.</summary>
    public void Took(Role role, Envelope envelope, Content content)
    {
        var digest = SignedBytes.DigestOf(envelope.Content.Span);
        if (role is Role.Buyer) LastOfBuyer = digest;
        if (role is Role.Seller) LastOfSeller = digest;
        if (content.Quote is not null) (QuoteDigest, Quote) = (digest, content.Quote);
        if (content.Counter is not null) (Revision, QuoteDigest, Quote) = (digest, default, null);
    }

    static ByteString Wire(Digest digest) => digest.IsZero ? ByteString.Empty : digest.ToWire();
}

/// <summary>What came of an envelope: a record, or a refusal without one.</summary>
sealed record Outcome(Decision? Decision, Refusal? NotRecorded)
{
    public Accepted? Accepted => Decision?.Accepted;

    /// <summary>The code of the refusal, recorded or not; null when it was accepted.</summary>
    public ErrorCode? Code => Refusal?.Code;

    public Refusal? Refusal => NotRecorded ?? ActProtocol.Errors.Refusal.FromWire(Decision?.Refused);

    public bool Recorded => Decision is not null;
}
