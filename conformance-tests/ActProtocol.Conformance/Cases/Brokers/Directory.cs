using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Directory
{
    [Check("DIR-01.form", "A registration beyond its form is malformed: kinds, keys, validity, and each bound of a listing; at the bounds it is entered.")]
    public static async Task Form(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        Envelope Of(Action<Register> change)
        {
            var party = scenario.NewParty("seller", owner);
            var body = BrokerScenario.Registration(party);
            body.Listing = new Listing { Title = "Goods" };
            change(body);
            return BrokerScenario.Seal(party, scenario.Draft(party, body), owner);
        }
        static ByteString Zeros(int count) => ByteString.CopyFrom(new byte[count]);
        static IEnumerable<string> Many(int count, string prefix = "tests.") => Enumerable.Range(0, count).Select(n => $"{prefix}{n}");
        await scenario.AllRefusedAsync("malformed",
        [
            ("no kind", Of(body => body.Kind = 0)), ("kind 77", Of(body => body.Kind = (EntryKind)77)), ("a principal that has one", Of(body => body.Kind = EntryKind.Principal)), ("an agent without one", Of(body => body.Principal = "")),
            ("a principal that is no id", Of(body => body.Principal = "firm")), ("a key of 31 bytes", Of(body => body.SigningKey = Zeros(31))), ("a key of 33 bytes", Of(body => body.SigningKey = Zeros(33))), ("no key", Of(body => body.SigningKey = Zeros(0))),
            ("a sealing key of 31 bytes", Of(body => body.SealingKey = Zeros(31))), ("valid from before 1970", Of(body => body.ValidFromMs = -1)), ("valid until before 1970", Of(body => body.ValidUntilMs = -1)),
            ("valid until when it begins", Of(body => (body.ValidFromMs, body.ValidUntilMs) = (5, 5))), ("valid until before it begins", Of(body => (body.ValidFromMs, body.ValidUntilMs) = (5, 4))),
            ("a title of 129 bytes", Of(body => body.Listing.Title = new string('a', 129))), ("a title of 129 bytes in 65 characters", Of(body => body.Listing.Title = new string('é', 64) + "a")),
            ("33 capabilities", Of(body => body.Listing.Capabilities.Add(Many(33)))), ("17 categories", Of(body => body.Listing.Categories.Add(Many(17)))), ("17 origins", Of(body => body.Listing.Origins.Add(Many(17, "https://")))),
            ("65 prices", Of(body => body.Listing.Prices.Add(Many(65).Select(item => new ListedPrice { Item = item })))), ("an empty capability", Of(body => body.Listing.Capabilities.Add(""))),
            ("a capability of 65", Of(body => body.Listing.Capabilities.Add(new string('a', 65)))), ("a capability in upper case", Of(body => body.Listing.Capabilities.Add("Travel"))), ("a capability with an underscore", Of(body => body.Listing.Capabilities.Add("a_b"))),
            ("an empty category", Of(body => body.Listing.Categories.Add(""))), ("a category of 65", Of(body => body.Listing.Categories.Add(new string('a', 65)))), ("an empty origin", Of(body => body.Listing.Origins.Add(""))),
            ("an origin of 257", Of(body => body.Listing.Origins.Add(new string('a', 257)))), ("a price without an item", Of(body => body.Listing.Prices.Add(new ListedPrice()))), ("an item of 129", Of(body => body.Listing.Prices.Add(new ListedPrice { Item = new string('a', 129) }))),
        ], Of(body => body.Listing = new Listing
        {
            Title = new string('é', 64),
            Capabilities = { Many(31).Append($"{new string('z', 60)}.-09") },
            Categories = { Many(15).Append(new string('a', 64)) },
            Origins = { Many(15, "https://").Append(new string('a', 256)) },
            Prices = { Many(63).Append(new string('a', 128)).Select(item => new ListedPrice { Item = item, Price = Xts.Of(1) }) },
        }));
    }

    [Check("DIR-02.names", "A name under another authority is authority_foreign; a name that is entered, or the broker's, is name_taken; an operator's is signature_invalid.")]
    public static async Task Names(BrokerScenario scenario)
    {
        var entered = await scenario.AnybodyAsync();
        Envelope Of(string id)
        {
            var party = new Party(id, scenario.NewParty("key").Key);
            return scenario.Seal(party, BrokerScenario.Registration(party));
        }
        await scenario.RefusedAsync("authority_foreign", "another authority", Of("act://elsewhere.example/somebody"));
        await scenario.RefusedAsync("name_taken", "a name that is entered", Of(entered.Id));
        await scenario.RefusedAsync("name_taken", "the broker's own", Of(scenario.Target.Id));
        foreach (var id in scenario.Target.Discovery.Operators) await scenario.RefusedAsync("signature_invalid", "an operator's", Of(id));
        await scenario.AcceptedAsync("a name that is free", Of(scenario.NewParty("somebody").Id));
    }

    [Check("DIR-03.who-signs", "A registration is signed by the key that it brings, an agent's also by its principal; otherwise signature_invalid.", Values =
        ["by-another-key", "agent-alone", "principal-alone", "another-principal", "a-key-of-nobody", "principal-with-another-key", "sender-key-twice"])]
    public static async Task WhoSigns(BrokerScenario scenario, string value)
    {
        var (owner, other) = (await scenario.PrincipalAsync("firm"), await scenario.AnybodyAsync());
        var agent = scenario.NewParty("agent", owner);
        var good = scenario.Seal(agent, BrokerScenario.Registration(agent), owner);
        Signature By(Party party) => party.Key.SignContent(good.Content);
        var faulty = value switch
        {
            "by-another-key" => good.With(By(scenario.NewParty("stranger")), By(owner)),
            "agent-alone" => good.With(By(agent)),
            "principal-alone" => good.With(By(owner)),
            "another-principal" => good.With(By(agent), By(other)),
            "a-key-of-nobody" => good.With(By(agent), By(scenario.NewParty("stranger"))),
            "sender-key-twice" => good.With(By(agent), By(agent)),
            _ => scenario.Seal(scenario.NewParty("principal") with { Key = scenario.NewParty("stranger").Key }, BrokerScenario.Registration(scenario.NewParty("principal"))),
        };
        await scenario.RefusedAsync("signature_invalid", value, faulty, good);
    }

    [Check("DIR-04.principal", "An agent of an agent is agent_unknown, of nobody signature_invalid; an agent of a principal is entered.", Also = ["DIR-03"])]
    public static async Task AgentOfWhom(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        Envelope Of(Party principal)
        {
            var party = scenario.NewParty("sub", principal);
            return scenario.Seal(party, BrokerScenario.Registration(party), principal);
        }
        await scenario.RefusedAsync("agent_unknown", "of an agent", Of(agent));
        await scenario.RefusedAsync("signature_invalid", "of nobody", Of(scenario.NewParty("stranger")), Of(owner));
    }

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

    [Check("DIR-07.rotated-by-itself", "An entry brings in further keys by itself, the older ones stay; everybody sees it at once, and the principal is told. From a stranger it is agent_unknown.", Also = ["DIR-20", "DIR-13"])]
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
        var told = (await scenario.MailRecordsAsync(owner)).Select(record => record.Step).SingleOrDefault(step => step?.Name == "key_rotated") ?? throw Failed("the principal's mail", "a record named key_rotated", "none, or several");
        Equal("its entry", agent.Id, told.Entry);
        Equal("its key", ByteString.CopyFrom(key.Thumbprint), told.Key);
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

    [Check("DIR-13.entry", "GetEntry shows an entry as it was registered; what is no id is malformed, an unknown id agent_unknown.")]
    public static async Task Entry(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var listing = new Listing { Title = "Goods", Capabilities = { "tests.a", "tests.b" }, Categories = { "c" }, Origins = { "https://goods.example" }, Prices = { new ListedPrice { Item = "One", Price = Xts.Of(5) } } };
        var seller = await scenario.AgentAsync("seller", owner, listing);
        var entry = await scenario.EntryAsync(seller.Id);
        Equal("its id, kind and principal", $"{seller.Id}, {EntryKind.Agent}, {owner.Id}", $"{entry.Id}, {entry.Kind}, {entry.Principal}");
        Equal("its listing", listing.ToString(), entry.Listing?.ToString());
        Equal("its sealing key", ByteString.CopyFrom(seller.Key.Public), entry.SealingKey);
        True("its key", entry.Keys is [var key] && key.SigningKey.Span.SequenceEqual(seller.Key.Public) && key.Thumbprint.Span.SequenceEqual(seller.Key.Thumbprint) && key is { RevokedAtMs: 0, ValidUntilMs: 0 }, "the one that was registered", entry.Keys);
        Equal("its standing", new Standing(), entry.Standing);
        True("that it is foreign, or has a recovery", entry is { Foreign: false, RecoveryKey.IsEmpty: true, RecoveryAtMs: 0 }, "no", "yes");
        var principal = await scenario.EntryAsync(owner.Id);
        Equal("the principal's kind and principal", $"{EntryKind.Principal}, ", $"{principal.Kind}, {principal.Principal}");
        foreach (var wrong in new[] { "", "nobody", $"{seller.Id}/", seller.Id.ToUpperInvariant(), "act://local/\n" }) AsRefused("malformed", $"the entry of '{wrong}'", await scenario.FindEntryAsync(wrong));
        AsRefused("agent_unknown", "the entry of nobody", await scenario.FindEntryAsync(scenario.NewParty("nobody").Id));
        AsRefused("agent_unknown", "the entry of a foreigner", await scenario.FindEntryAsync("act://elsewhere.example/nobody"));
    }

    [Check("DIR-14.pages", "FindSellers gives the entries with exactly that capability in the order of their ids, page by page, each once.")]
    public static async Task Pages(BrokerScenario scenario)
    {
        var capability = Capability(scenario);
        var firm = await scenario.PrincipalAsync("firm");
        List<string> ids = [];
        for (var n = 0; n < 7; n++) ids.Add((await scenario.AgentAsync($"s{7 - n}", firm, new Listing { Title = "Goods", Capabilities = { "tests.other", capability } })).Id);
        await scenario.AgentAsync("near", firm, new Listing { Title = "Goods", Capabilities = { $"{capability}.more", capability[..^1] } });
        ids.Sort(StringComparer.Ordinal);
        foreach (var size in new uint[] { 1, 3, 7, 100, 0 })
        {
            List<string> found = [];
            var token = "";
            do
            {
                var page = await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageSize = size, PageToken = token });
                True($"a page of {size}", page.Sellers.Count > 0 && page.Sellers.Count <= (size == 0 ? 50 : (int)size), "at most that many, and one at least", page.Sellers.Count);
                found.AddRange(page.Sellers.Select(seller => seller.Id));
                True("its token", page.NextPageToken.Length == 0 || page.NextPageToken == found[^1], "the last seller's id, or nothing", page.NextPageToken);
                token = page.NextPageToken;
            }
            while (token.Length > 0 && found.Count <= ids.Count);
            Equal($"the sellers by pages of {size}", string.Join(' ', ids), string.Join(' ', found));
        }
        Equal("sellers after the last", 0, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageToken = ids[^1] })).Sellers.Count);
        Equal("sellers after a token that is nobody's", 7, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageToken = "act://a/a" })).Sellers.Count);
        Equal("sellers of what nobody has", 0, (await scenario.SellersAsync(new FindSellersRequest { Capability = $"{capability}.none" })).Sellers.Count);
    }

    [Check("DIR-14.refused", "A capability that is empty or too long, a page above 100, and a token that is no id are malformed.", Values = ["empty", "65-characters", "page-of-101", "largest-page", "token-no-id"])]
    public static async Task FindRefused(BrokerScenario scenario, string value)
    {
        var request = value switch
        {
            "empty" => new FindSellersRequest(),
            "65-characters" => new FindSellersRequest { Capability = new string('a', 65) },
            "page-of-101" => new FindSellersRequest { Capability = "tests", PageSize = 101 },
            "largest-page" => new FindSellersRequest { Capability = "tests", PageSize = uint.MaxValue },
            _ => new FindSellersRequest { Capability = "tests", PageToken = "5" },
        };
        AsRefused("malformed", value, await scenario.FindAsync(request));
        True("at its bounds", await scenario.FindAsync(new FindSellersRequest { Capability = new string('a', 64), PageSize = 100, PageToken = "act://a/a" }) is Outcome.Answered, "answered", "refused");
    }

    [Check("DIR-15.standing", "Standing counts what was settled and who paid, for the seller alone: two purchases of one buyer are two settled and one payer.")]
    public static async Task StandingCounts(BrokerScenario scenario)
    {
        var first = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Settled);
        await scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate)).UntilAsync(TransactionState.Settled);
        await scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate)).UntilAsync(TransactionState.Locked);
        Equal("the seller's", new Standing { Settled = 2, DistinctPayers = 1 }, (await scenario.EntryAsync(first.Seller.Id)).Standing);
        Equal("the buyer's", new Standing(), (await scenario.EntryAsync(first.Buyer.Id)).Standing);
    }

    [Check("DIR-16.drawn", "The sellers for a capability are those with the least SHA-256(digest of the intent, id), one of each principal, none of the buyer's own.", Also = ["INT-06"])]
    public static async Task Drawn(BrokerScenario scenario)
    {
        var capability = Capability(scenario);
        var sale = await scenario.SaleAsync();
        List<Party> sellers = [];
        var listing = new Listing { Title = "Goods", Capabilities = { capability } };
        for (var firm = 0; firm < 3; firm++)
        {
            var owner = await scenario.PrincipalAsync("firm");
            for (var agent = 0; agent < 2; agent++) sellers.Add(await scenario.AgentAsync("seller", owner, listing));
        }
        await scenario.AgentAsync("own", sale.Buyer.Owner, listing);
        foreach (var count in new uint[] { 1, 2, 3, 0 })
        {
            var content = scenario.Draft(sale.Buyer, new Intent { Capability = capability, SellersMax = count, Budget = Xts.Of(5), ExpiresAtMs = scenario.NowMs + 3_600_000 });
            content.Header.Mandate = ByteString.CopyFrom(sale.Mandate);
            var intent = BrokerScenario.Seal(sale.Buyer, content);
            var digest = Tags.Digest(intent.Content.Span);
            var expected = sellers.OrderBy(seller => System.Security.Cryptography.SHA256.HashData([.. digest, .. System.Text.Encoding.ASCII.GetBytes(seller.Id)]).AsText(), StringComparer.Ordinal)
                .DistinctBy(seller => seller.Principal!.Id).Take(count == 0 ? 16 : (int)count).Select(seller => seller.Id);
            var taken = await scenario.AcceptedAsync($"an intent for {count} sellers", intent);
            Equal($"the draw for {count} sellers", string.Join(' ', expected), string.Join(' ', taken.Accepted.Transactions.Select(opened => opened.Seller)));
        }
    }

    [Check("DIR-17.published", "The broker publishes its id, versions and keys: each a JWK with its thumbprint as kid, its use, whose it is and since when; keys for receipts, challenges and operators differ.", Also = ["DIR-18"])]
    public static async Task Published(BrokerScenario scenario)
    {
        var answer = await scenario.JsonAsync(HttpMethod.Get, "/.well-known/act.json");
        Equal("HTTP status", 200, answer.HttpStatus);
        var document = JsonView.Of("what is published", answer);
        Equal("versions", "1.0-1.0", document["versions"].Text);
        Dictionary<string, string> uses = [];
        foreach (var key in document["keys"]["keys"].Items)
        {
            Equal("a published key", "OKP Ed25519 EdDSA sig", $"{key["kty"].Text} {key["crv"].Text} {key["alg"].Text} {key["use"].Text}");
            True("its x", key["x"].Text.Length == 43 && System.Buffers.Text.Base64Url.IsValid(key["x"].Text), "32 bytes in base64url", key["x"].Text);
            Equal("its kid", System.Buffers.Text.Base64Url.EncodeToString(Tags.Thumbprint(System.Buffers.Text.Base64Url.DecodeFromChars(key["x"].Text))), key["kid"].Text);
            var (use, of) = (key["act_use"].Text, key["act_id"].Text);
            True("its use", use is "receipt" or "challenge" or "operator", "receipt, challenge or operator", use);
            True("whose it is", use is "operator" ? of.StartsWith("act://", StringComparison.Ordinal) : of == scenario.Target.Id, "an operator's id, or the broker's", of);
            True("since when", key["act_from_ms"].Number <= scenario.NowMs + 60_000, "an instant that has passed", key["act_from_ms"].Number);
            True("a key for one use", uses.TryAdd(key["x"].Text, use), "another for each", use);
        }
        True("keys for receipts and for challenges", uses.ContainsValue("receipt") && uses.ContainsValue("challenge"), "one of each at least", string.Join(' ', uses.Values));
    }

    [Check("DIR-21.listing", "UpdateListing replaces a listing or takes it away, by the entry or its principal, and the entry is found by the new one alone; from anybody else it is agent_unknown.")]
    public static async Task ListingUpdated(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var (before, after) = (Capability(scenario), Capability(scenario));
        var seller = await scenario.AgentAsync("seller", owner, new Listing { Title = "Before", Capabilities = { before } });
        Envelope By(Party party, Listing? listing, string? id = null) => scenario.Seal(party, new UpdateListing { Id = id ?? seller.Id, Listing = listing });
        async Task FoundAsync(string capability, int count) =>
            Equal($"sellers with {(capability == before ? "the old" : "the new")} capability", count, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability })).Sellers.Count);
        var listing = new Listing { Title = "After", Capabilities = { after } };
        await scenario.RefusedAsync("agent_unknown", "by another principal", By(await scenario.AnybodyAsync(), listing));
        await scenario.RefusedAsync("agent_unknown", "of the principal, by the agent", By(seller, listing, owner.Id));
        await scenario.RefusedAsync("agent_unknown", "of nobody", By(owner, listing, scenario.NewParty("nobody").Id));
        await FoundAsync(before, 1);
        await scenario.AcceptedAsync("by the agent", By(seller, listing));
        await FoundAsync(before, 0);
        await FoundAsync(after, 1);
        Equal("what it offers", listing.ToString(), (await scenario.EntryAsync(seller.Id)).Listing?.ToString());
        await scenario.AcceptedAsync("by the principal: nothing any more", By(owner, null));
        await FoundAsync(after, 0);
        Equal("what it offers", null, (await scenario.EntryAsync(seller.Id)).Listing);
    }

    static string Capability(BrokerScenario scenario) => $"tests.{scenario.Nonce}.{scenario.Random.Number(1 << 30):x}";
}
