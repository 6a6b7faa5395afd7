using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

/// <summary>Which keys an entry has, who brings them in and who ends them.</summary>
static class EntryKeys
{
    [Check("DIR-05.unsuitable-key", "A key that is not canonical, or of small order, is not entered: key_unsuitable in a rotation, signature_invalid in a registration, which it must sign.")]
    public static async Task UnsuitableKey(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        Envelope Rotating(byte[] key) => scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(key) });
        Envelope Registering(byte[] key)
        {
            var party = scenario.NewParty("somebody");
            var body = BrokerScenario.Registration(party);
            body.SigningKey = ByteString.CopyFrom(key);
            return scenario.Seal(party, body);
        }
        var suitable = scenario.NewParty("key").Key;
        foreach (var vector in SpecFiles.ReadJson("vectors/directory/keys.json").EnumerateArray().Where(vector => !vector.GetProperty("suitable").GetBoolean()))
        {
            var (what, key) = (vector.GetProperty("comment").GetString()!, Convert.FromHexString(vector.GetProperty("public_key").GetString()!));
            await scenario.RefusedAsync(key.Length == 32 ? "key_unsuitable" : "malformed", what, Rotating(key));
            await scenario.RefusedAsync(key.Length == 32 ? "signature_invalid" : "malformed", what, Registering(key));
        }
        var fresh = scenario.NewParty("somebody");
        await scenario.AcceptedAsync("a registration with a key that is", scenario.Seal(fresh, BrokerScenario.Registration(fresh)));
        await scenario.AcceptedAsync("a rotation to a key that is", Rotating(suitable.Public));
    }

    [Check("DIR-05.key-in-use", "A key that any entry has or had is key_unsuitable, in a registration and in a rotation.")]
    public static async Task KeyInUse(BrokerScenario scenario)
    {
        var (owner, other) = (await scenario.PrincipalAsync("firm"), await scenario.PrincipalAsync("other"));
        var thief = new Party(scenario.NewParty("copy").Id, other.Key);
        await scenario.RefusedAsync("key_unsuitable", "a registration with it", scenario.Seal(thief, BrokerScenario.Registration(thief)));
        await scenario.RefusedAsync("key_unsuitable", "a rotation to it", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(other.Key.Public) }));
        await scenario.RefusedAsync("key_unsuitable", "a rotation to its own", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(owner.Key.Public) }));
        await scenario.AcceptedAsync("a rotation to another", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(scenario.NewParty("key").Key.Public) }));
        True("the first key", (await scenario.EntryAsync(owner.Id)).Keys.Any(key => key.Thumbprint.Span.SequenceEqual(owner.Key.Thumbprint) && key.RevokedAtMs > 0), "revoked, and still shown", "not there");
        await scenario.RefusedAsync("key_unsuitable", "what was revoked", scenario.Seal(other, new RotateKey { Id = other.Id, SigningKey = ByteString.CopyFrom(owner.Key.Public) }));
    }

    [Check("DIR-06.validity", "A key signs within its validity: before it key_not_yet_valid, after it key_expired; two keys may be valid at a time.", Exact = true)]
    public static async Task Validity(BrokerScenario scenario)
    {
        var agent = await scenario.AgentAsync("agent", await scenario.PrincipalAsync("firm"));
        async Task<KeyPair> KeyAsync(long from, long until)
        {
            var key = scenario.NewParty("key").Key;
            await scenario.AcceptedAsync("a rotation", scenario.Seal(agent, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(key.Public), ValidFromMs = from, ValidUntilMs = until }));
            return key;
        }
        var now = scenario.NowMs;
        var (early, past, bounded, second) = (await KeyAsync(now + 3_600_000, 0), await KeyAsync(0, now - 3_600_000), await KeyAsync(now - 60_000, now + 3_600_000), await KeyAsync(0, 0));
        Envelope By(params KeyPair[] keys)
        {
            var listing = scenario.SealListing(agent);
            return listing.With([.. keys.Select(key => key.SignContent(listing.Content))]);
        }
        await scenario.RefusedAsync("key_not_yet_valid", "by a key of the hour to come", By(early));
        await scenario.RefusedAsync("key_expired", "by a key of the hour that has passed", By(past));
        await scenario.RefusedAsync("key_expired", "by a good key and one that has ended", By(agent.Key, past));
        await scenario.RefusedAsync("key_not_yet_valid", "by two that are not valid: the first is told", By(early, past));
        await scenario.RefusedAsync("key_expired", "by the same two in the other order", By(past, early));
        var badly = scenario.SealListing(agent);
        await scenario.RefusedAsync("signature_invalid", "badly signed by a key that has ended", badly.WithValue(past, agent.Key.Sign(Tags.Envelope, badly.Content.Span)));
        foreach (var key in new[] { agent.Key, bounded, second }) await scenario.AcceptedAsync("by a key that is valid", By(key));
        await scenario.AcceptedAsync("by three that are", By(agent.Key, bounded, second));
    }

    [Check("DIR-06.becomes-valid", "A key signs from the instant at which its validity begins: the same bytes that were key_not_yet_valid are accepted then.", Also = ["ERR-07", "ERR-09"], Exact = true)]
    public static async Task BecomesValid(BrokerScenario scenario)
    {
        var agent = await scenario.AgentAsync("agent", await scenario.PrincipalAsync("firm"));
        var key = scenario.NewParty("key").Key;
        var from = scenario.NowMs + 2_000;
        await scenario.AcceptedAsync("a rotation", scenario.Seal(agent, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(key.Public), ValidFromMs = from }));
        var early = scenario.SealListing(agent with { Key = key });
        if (await scenario.SendAsync(early) is not Outcome.Refused refused) throw scenario.NowMs < from ? Failed("before it is valid", "refused with key_not_yet_valid", "accepted") : new InconclusiveException("Its validity began before it could be used.");
        AsRefused("key_not_yet_valid", "before it is valid", refused);
        Outcome outcome;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), scenario.Time, scenario.CancellationToken);
            outcome = await scenario.SendAsync(early);
        }
        while (outcome is Outcome.Refused { Code: "key_not_yet_valid" } && scenario.NowMs < from + scenario.Target.Waits.AnswerMax.TotalMilliseconds);
        True("once it is valid", outcome is Outcome.Taken, "accepted", outcome);
    }

    [Check("DIR-07.rotated-by-itself", "An entry brings in further keys by itself, the older ones stay; and everybody sees it at once. From a stranger it is agent_unknown.", Also = ["DIR-13"])]
    public static async Task RotatedByItself(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var (agent, other) = (await scenario.AgentAsync("agent", owner), await scenario.PrincipalAsync("other"));
        var key = scenario.NewParty("key").Key;
        RotateKey Rotate(string id) => new() { Id = id, SigningKey = ByteString.CopyFrom(key.Public) };
        await scenario.RefusedAsync("agent_unknown", "by another principal", scenario.Seal(other, Rotate(agent.Id)));
        await scenario.RefusedAsync("agent_unknown", "of its principal, by the agent", scenario.Seal(agent, Rotate(owner.Id)));
        await scenario.RefusedAsync("agent_unknown", "of nobody", scenario.Seal(owner, Rotate(scenario.NewParty("nobody").Id)), scenario.Seal(agent, Rotate(agent.Id)));
        var keys = (await scenario.EntryAsync(agent.Id)).Keys;
        Equal("its keys, the newest first", $"{key.Thumbprint.AsText()}, {agent.Key.Thumbprint.AsText()}", string.Join(", ", keys.Select(shown => shown.Thumbprint.ToByteArray().AsText())));
        True("its keys", keys.All(shown => shown.RevokedAtMs == 0), "not revoked", "one is");
        var listing = scenario.SealListing(agent);
        await scenario.AcceptedAsync("a step by the old key", listing);
        await scenario.AcceptedAsync("a step by the new key", scenario.SealListing(agent with { Key = key }));
    }

    [Check("DIR-20.principal-told", "A rotation by the entry itself is told to its principal, once, as soon as it is acknowledged: which entry, which key; one by the principal is not.")]
    public static async Task PrincipalTold(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        async Task<IReadOnlyList<BrokerStep>> ToldAsync() => [.. (await scenario.MailRecordsAsync(owner)).Select(record => record.Step).OfType<BrokerStep>().Where(step => step.Name == "key_rotated")];
        var (own, owners) = (scenario.NewParty("key").Key, scenario.NewParty("key").Key);
        await scenario.AcceptedAsync("a rotation by the agent", scenario.Seal(agent, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(own.Public) }));
        var told = await ToldAsync();
        Equal("records named key_rotated", 1, told.Count);
        Equal("what it tells", $"{agent.Id}, {own.Thumbprint.AsText()}, 0", $"{told[0].Entry}, {told[0].Key.ToByteArray().AsText()}, {told[0].EffectiveMs}");
        await scenario.AcceptedAsync("a rotation by the principal", scenario.Seal(owner, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(owners.Public) }));
        Equal("records named key_rotated after it", 1, (await ToldAsync()).Count);
    }

    [Check("DIR-07.too-many-keys", "An entry that has eight keys which are not revoked brings in no further one: too_many_open; its principal still does.", Also = ["DIR-08", "NET-21"], Exact = true)]
    public static async Task TooManyKeys(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        RotateKey Rotate() => new() { Id = agent.Id, SigningKey = ByteString.CopyFrom(scenario.NewParty("key").Key.Public) };
        for (var more = 0; more < 7; more++) await scenario.AcceptedAsync($"key {more + 2}", scenario.Seal(agent, Rotate()));
        await scenario.RefusedAsync("too_many_open", "a ninth key", scenario.Seal(agent, Rotate()), scenario.Seal(owner, Rotate()));
        Equal("keys that are not revoked after the principal's rotation", 1, (await scenario.EntryAsync(agent.Id)).Keys.Count(key => key.RevokedAtMs == 0));
    }

    [Check("DIR-08.rotated-by-the-principal", "A rotation by the principal revokes every older key of the entry, whoever brought it in: they are key_revoked from then on.")]
    public static async Task RotatedByThePrincipal(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        var (thief, last) = (scenario.NewParty("thief").Key, scenario.NewParty("key").Key);
        await scenario.AcceptedAsync("a rotation by a thief of the key", scenario.Seal(agent, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(thief.Public) }));
        await scenario.AcceptedAsync("a step by the thief's key", scenario.SealListing(agent with { Key = thief }));
        await scenario.AcceptedAsync("the principal's rotation", scenario.Seal(owner, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(last.Public) }));
        await scenario.RefusedAsync("key_revoked", "by the first key", scenario.SealListing(agent));
        await scenario.RefusedAsync("key_revoked", "by the thief's", scenario.SealListing(agent with { Key = thief }));
        await scenario.RefusedAsync("key_revoked", "a rotation by the thief's", scenario.Seal(agent with { Key = thief }, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(scenario.NewParty("key").Key.Public) }));
        await scenario.AcceptedAsync("by the new key", scenario.SealListing(agent with { Key = last }));
        var own = scenario.NewParty("key").Key;
        await scenario.AcceptedAsync("the principal's rotation of its own", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(own.Public) }));
        await scenario.RefusedAsync("key_revoked", "by the principal's first key", scenario.SealListing(owner), scenario.SealListing(owner with { Key = own }));
    }

    [Check("DIR-09.revoked", "A revoked key is key_revoked from then on, in the directory and in every transaction; what was accepted before stands. From a stranger it is agent_unknown, of another key key_unknown.", Values = ["by-the-principal", "by-itself"])]
    public static async Task Revoked(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var (agent, other) = (sale.Seller, await scenario.PrincipalAsync("other"));
        Envelope Revoke(Party by, byte[] key) => scenario.Seal(by, new RevokeKey { Id = agent.Id, Key = ByteString.CopyFrom(key) });
        await scenario.RefusedAsync("agent_unknown", "by a stranger", Revoke(other, agent.Key.Thumbprint));
        await scenario.RefusedAsync("key_unknown", "of a key it has not", Revoke(agent.Owner, other.Key.Thumbprint));
        await scenario.AcceptedAsync("a listing before", scenario.SealListing(agent));
        await scenario.AcceptedAsync("the revocation", Revoke(value is "by-itself" ? agent : agent.Owner, agent.Key.Thumbprint));
        await scenario.RefusedAsync("key_revoked", "a quote", sale.Quote(quote => quote.ValidUntilMs -= 1));
        await scenario.RefusedAsync("key_revoked", "a listing", scenario.SealListing(agent));
        AsRefused("key_revoked", "a question", (await scenario.AskAsync(agent, new Ask { Mail = new AskMail() })).Refused ?? (Outcome)new Outcome.Broken("an answer"));
        True("the key", (await scenario.EntryAsync(agent.Id)).Keys.Single().RevokedAtMs > 0, "shown as revoked", "0");
        await scenario.AcceptedAsync("a lock on the quote that was accepted before", sale.Lock());
        Equal("its records", 3, (await scenario.RecordsAsync(sale)).Count);
    }

    [Check("DIR-10.operators-only", "A recovery, a foreign entry and the acceptance of the clock take an operator's role; from a principal they are role_missing, also for its own entry.", Also = ["DIR-12", "JRN-13", "DIR-19"])]
    public static async Task OperatorsOnly(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        var key = ByteString.CopyFrom(scenario.NewParty("key").Key.Public);
        foreach (var (what, body, faulty) in new (string, IMessage, IMessage)[]
        {
            ("a recovery", new RecoverKey { Id = agent.Id, SigningKey = key }, new RecoverKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(new byte[3]) }),
            ("a foreign entry", new EnterForeign { Id = "act://elsewhere.example/x", Entry = BrokerScenario.Registration(scenario.NewParty("x")) }, new EnterForeign { Id = "nobody" }),
            ("the clock", new AcceptClock(), new UpdateListing { Id = "nobody" }),
        })
        {
            foreach (var by in new[] { owner, agent })
            {
                // Nobody but an operator can send one that is accepted: beside it stands another fault with another code.
                AsRefused("role_missing", $"{what} by {by.Name}", await scenario.SendAsync(scenario.Seal(by, body)));
                AsRefused("malformed", $"{what} in another form", await scenario.SendAsync(scenario.Seal(by, faulty)));
            }
        }
        True("the entry", (await scenario.EntryAsync(agent.Id)) is { RecoveryKey.IsEmpty: true, Keys: [_] }, "without a recovery", "with one");
    }

    [Check("DIR-10.recovery", "A recovery stands in the entry with the instant at which it takes effect, is told to the entry and its principal, changes no key before, begins anew when it is replaced, and can be cancelled by either.",
        Also = ["DIR-11", "DIR-20"], Hook = IBrokerHooks.Operator)]
    public static async Task Recovery(BrokerScenario scenario)
    {
        var @operator = scenario.Target.Operator ?? throw new UntestedException("No operator's key is configured.");
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        Envelope Recover(byte[] key) => scenario.Seal(@operator, new RecoverKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(key) });
        var (first, second) = (scenario.NewParty("key").Key, scenario.NewParty("key").Key);
        if (await scenario.SendAsync(Recover(first.Public)) is not Outcome.Taken) throw new UntestedException("The operator that is configured may not recover keys.");
        var entry = await scenario.EntryAsync(agent.Id);
        Equal("the key that waits", ByteString.CopyFrom(first.Public), entry.RecoveryKey);
        True("when it takes effect", entry.RecoveryAtMs > scenario.NowMs, "an instant to come", entry.RecoveryAtMs);
        Equal("its keys", 1, entry.Keys.Count(key => key.RevokedAtMs == 0));
        foreach (var told in new[] { owner, agent })
        {
            var step = (await scenario.MailRecordsAsync(told)).Select(record => record.Step).LastOrDefault(step => step?.Name == "recovery_started") ?? throw Failed($"the mail of {told.Name}", "a record named recovery_started", "none");
            Equal("what it tells", $"{agent.Id}, {first.Thumbprint.AsText()}, {entry.RecoveryAtMs}", $"{step.Entry}, {step.Key.ToByteArray().AsText()}, {step.EffectiveMs}");
        }
        await scenario.RefusedAsync("key_unsuitable", "the key that waits, in another entry", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(first.Public) }));
        AsRefused("signature_invalid", "a step by the key that waits", await scenario.SendAsync(scenario.SealListing(agent with { Key = first })));
        await scenario.AcceptedAsync("a step by the key that is", scenario.SealListing(agent));
        await scenario.AcceptedAsync("another recovery", Recover(second.Public));
        var replaced = await scenario.EntryAsync(agent.Id);
        Equal("the key that waits then", ByteString.CopyFrom(second.Public), replaced.RecoveryKey);
        True("when it takes effect", replaced.RecoveryAtMs >= entry.RecoveryAtMs, "not before the first would have", replaced.RecoveryAtMs);
        await scenario.RefusedAsync("agent_unknown", "cancelled by a stranger", scenario.Seal(await scenario.AnybodyAsync(), new CancelRecovery { Id = agent.Id }));
        await scenario.AcceptedAsync("cancelled by the entry", scenario.Seal(agent, new CancelRecovery { Id = agent.Id }));
        True("the entry", (await scenario.EntryAsync(agent.Id)) is { RecoveryKey.IsEmpty: true, RecoveryAtMs: 0 }, "without a recovery", "with one");
        await scenario.AcceptedAsync("the first key again, that nobody has now", Recover(first.Public));
        await scenario.AcceptedAsync("cancelled by the principal", scenario.Seal(owner, new CancelRecovery { Id = agent.Id }));
        await scenario.AcceptedAsync("a rotation to that key", scenario.Seal(owner, new RotateKey { Id = owner.Id, SigningKey = ByteString.CopyFrom(first.Public) }));
    }

    [Check("DIR-12.foreign", "An operator enters ids of other authorities, marked as foreign, and none of the broker's own.", Hook = IBrokerHooks.Operator)]
    public static async Task Foreign(BrokerScenario scenario)
    {
        var @operator = scenario.Target.Operator ?? throw new UntestedException("No operator's key is configured.");
        Envelope Enter(string authority, Party party) => scenario.Seal(@operator, new EnterForeign { Id = $"act://{authority}/{party.Name}", Entry = BrokerScenario.Registration(party) });
        var party = scenario.NewParty("foreigner");
        await scenario.RefusedAsync("authority_foreign", "an id of the broker's own authority", Enter(scenario.Target.Discovery.Authority, party), Enter("elsewhere.example", party));
        var entry = await scenario.EntryAsync($"act://elsewhere.example/{party.Name}");
        True("the entry", entry.Foreign && entry.Keys is [var key] && key.SigningKey.Span.SequenceEqual(party.Key.Public), "marked as foreign, with its key", entry);
        await scenario.RefusedAsync("name_taken", "the same once more", Enter("elsewhere.example", scenario.NewParty("other") with { Id = party.Id }));
    }

    [Check("DIR-11.no-recovery", "To cancel a recovery when none waits is recovery_unknown for the entry and its principal, agent_unknown for anybody else.")]
    public static async Task NoRecovery(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        var other = await scenario.AnybodyAsync();
        Envelope By(Party party) => scenario.Seal(party, new CancelRecovery { Id = agent.Id });
        AsRefused("recovery_unknown", "by its principal", await scenario.SendAsync(By(owner)));
        AsRefused("recovery_unknown", "by itself", await scenario.SendAsync(By(agent)));
        AsRefused("agent_unknown", "by another", await scenario.SendAsync(By(other)));
    }
}
