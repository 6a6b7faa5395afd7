using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Envelopes with several faults at once, to see which is told (ERR-02): in a seller's quote, or in a listing.</summary>
sealed class FaultMixer
{
    // In the order of ERR-02; a code that stands for several faults has a second word.
    static readonly string[] OrderWithin =
    [
        "too_large", "malformed wire", "version_unsupported", "malformed header", "body_unsupported", "malformed body", "broker_wrong", "extension_unsupported", "clock_skew", "not_proven", "signature_invalid", "key_revoked",
        "transaction_unknown", "message_id_reused", "envelope_expired", "recipient_wrong", "step_not_yours", "follows_stale", "totals_wrong",
    ];

    static readonly string[] OrderOutside =
    [
        "too_large", "malformed wire", "version_unsupported", "malformed header", "body_unsupported", "malformed body", "broker_wrong", "extension_unsupported", "envelope_expired", "clock_skew", "not_proven", "signature_invalid", "key_revoked",
        "message_id_reused", "agent_unknown",
    ];

    // What no envelope can have together.
    static readonly (string, string)[] Apart = [("body_unsupported", "malformed body"), ("clock_skew", "envelope_expired"), ("step_not_yours", "totals_wrong")];

    readonly BrokerScenario _scenario;
    readonly Party _sender;
    readonly Sale? _sale;
    readonly KeyPair _revoked;
    ByteString _used = ByteString.Empty;

    FaultMixer(BrokerScenario scenario, Party sender, Sale? sale) => (_scenario, _sender, _sale, _revoked) = (scenario, sender, sale, scenario.NewParty("key").Key);

    string[] Order => _sale is null ? OrderOutside : OrderWithin;

    public static async Task<FaultMixer> NewAsync(BrokerScenario scenario, bool within)
    {
        var sale = within ? await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open) : null;
        var sender = sale?.Seller ?? await scenario.AgentAsync("agent", await scenario.PrincipalAsync("owner"));
        var mixer = new FaultMixer(scenario, sender, sale);
        await scenario.BuildAsync(scenario.Seal(sender, new RotateKey { Id = sender.Id, SigningKey = ByteString.CopyFrom(mixer._revoked.Public) }));
        await scenario.BuildAsync(scenario.Seal(sender.Owner, new RevokeKey { Id = sender.Id, Key = ByteString.CopyFrom(mixer._revoked.Thumbprint) }));
        // A message id that is used: by what is decided and changes nothing.
        var first = sale is null ? scenario.SealListing(sender) : sale.Quote(quote => quote.Total = Xts.Of(1));
        await scenario.SendAsync(first);
        mixer._used = Content.Parser.ParseFrom(first.Content).Header.MessageId;
        return mixer;
    }

    /// <summary>Each fault with the next one that can stand beside it.</summary>
    public IEnumerable<(string First, string Second)> Adjacent()
    {
        for (var at = 0; at < Order.Length - 1; at++)
        {
            if (Order.Skip(at + 1).FirstOrDefault(second => CanMeet(Order[at], second)) is { } next) yield return (Order[at], next);
        }
    }

    public string[] Pick(int count)
    {
        List<string> picked = [];
        while (picked.Count < count)
        {
            var fault = _scenario.Random.Pick(Order);
            if (!picked.Contains(fault) && picked.All(other => CanMeet(fault, other))) picked.Add(fault);
        }
        return [.. picked];
    }

    /// <summary>Of these faults in one envelope, the first in the order is told.</summary>
    public async Task ToldFirstAsync(params string[] faults)
    {
        var envelope = Make(faults);
        var first = Order.First(faults.Contains).Split(' ')[0];
        var what = string.Join(" and ", faults);
        Outcome outcome;
        if (faults.Contains("not_proven"))
        {
            outcome = await _scenario.SendAsync(Way.Stream, envelope);
        }
        else
        {
            outcome = await _scenario.SendUnaryAsync(envelope);
        }
        AsRefused(first, what, _scenario.Note(envelope, outcome));
    }

    /// <summary>The same without any fault is accepted.</summary>
    public Task ControlAsync() => _scenario.AcceptedAsync("without any of the faults", Make([]));

    Envelope Make(string[] faults)
    {
        var content = Draft(faults);
        var header = content.Header;
        if (faults.Contains("version_unsupported")) header.VersionMajor = 2;
        if (faults.Contains("malformed header")) header.Home = 5_000;
        if (faults.Contains("broker_wrong")) header.Broker = "act://elsewhere.example/broker";
        if (faults.Contains("clock_skew")) (header.SentAtMs, header.ExpiresAtMs) = (_scenario.NowMs + 3_600_000, _scenario.NowMs + 3_700_000);
        if (faults.Contains("envelope_expired")) (header.SentAtMs, header.ExpiresAtMs) = (1_000, 2_000);
        if (faults.Contains("transaction_unknown")) header.TransactionId = ByteString.CopyFrom(_scenario.Random.Bytes(16));
        if (faults.Contains("message_id_reused")) header.MessageId = _used;
        if (faults.Contains("recipient_wrong")) header.Recipients.Clear();
        if (faults.Contains("follows_stale")) header.Follows = ByteString.CopyFrom(_scenario.Random.Bytes(32));
        if (faults.Contains("extension_unsupported"))
        {
            header.Extensions.Add(new V1.Extension { Name = "tests.unknown" });
            header.Critical.Add("tests.unknown");
        }
        var wire = WireMessage.Of(content);
        if (faults.Contains("body_unsupported")) wire.Fields[1] = wire.Fields[1] with { Number = 99 };
        if (faults.Contains("malformed wire")) wire.Add(new WireField(4_999, 6));
        if (faults.Contains("too_large")) wire.Add(WireField.Of(4_999, new byte[65_536]));
        var by = faults.Contains("key_revoked") ? _revoked : _sender.Key;
        var envelope = BrokerScenario.Seal(_sender with { Key = by }, wire.ToByteString());
        return faults.Contains("signature_invalid") ? envelope.WithValue(by, envelope.Signatures[0].Value.ToByteArray().Flipped(77)) : envelope;
    }

    Content Draft(string[] faults)
    {
        if (_sale is null)
        {
            var listing = _scenario.NewListing(_sender);
            if (faults.Contains("malformed body")) listing.UpdateListing.Listing.Title = new string('a', 129);
            if (faults.Contains("agent_unknown")) listing.UpdateListing.Id = _scenario.NewParty("nobody").Id;
            return listing;
        }
        IMessage body = faults.Contains("step_not_yours") ? new Commit { Quote = ByteString.CopyFrom(new byte[32]) } : _sale.NewQuote(Xts.Of(100));
        var content = _sale.Draft(_sender, body);
        if (faults.Contains("malformed body"))
        {
            if (content.Quote is { } quote) quote.Intent = ByteString.CopyFrom(1, 2, 3);
            if (content.Commit is { } commit) commit.Quote = ByteString.CopyFrom(1, 2, 3);
        }
        if (faults.Contains("totals_wrong")) content.Quote.Total = Xts.Of(1);
        return content;
    }

    static bool CanMeet(string one, string other) => !Apart.Contains((one, other)) && !Apart.Contains((other, one));
}
