using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Directory;

/// <summary>Keys that come and go: by their owner, by themselves, by a thief, by recovery; and the mandates that follow or do not.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    const int TurnsMax = 1_000;

    Market _market = null!;
    TimeSpan _recoveryDelay = TimeSpan.FromHours(72);

    World World => _market.World;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync(options => options with { RecoveryDelay = _recoveryDelay });

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData("buyer-owner", false, true)]
    [InlineData("buyer", false, false)]
    [InlineData("buyer", true, true)]
    public async Task A_mandate_follows_the_owners_rotations_and_others_only_where_it_says_so(string by, bool follows, bool works)
    {
        var mandate = await _market.LodgeAsync(terms => terms.FollowRotation = follows);
        await RotateAsync(by, "buyer", "second");
        await RotateAsync(by, "buyer", "third");
        var intent = _market.IntentTo("seller");
        intent.Header.Mandate = mandate.ToWire();
        Assert.Equal(works ? null : ErrorCode.MandateNotYours, (await _market.TryAsync(World.Seal("buyer", intent))).Code);
    }

    // What a thief rotated in goes with everything older, and mandates follow the owner's line, not the thief's.
    [Fact]
    public async Task The_owner_outranks_a_thief()
    {
        var stolen = World.KeyOf("buyer");
        await RotateAsync("buyer", "buyer", "thief");
        var thief = World.KeyOf("buyer");
        await RotateAsync("buyer-owner", "buyer", "owners");
        foreach (var key in (SigningKey[])[stolen, thief])
        {
            Assert.Equal(ErrorCode.KeyRevoked, (await _market.TryAsync(Sealing.Seal(World.Fill("buyer", _market.IntentTo("seller")), key))).Code);
        }
        await _market.IntendAsync();
    }

    // A thief that rotates and revokes as often as it can must not use up what the owner needs to be rid of it.
    [Fact]
    public async Task A_thief_cannot_use_up_the_keys_of_an_entry()
    {
        var mandate = _market.Mandate;
        for (var round = 0; round < 40; round++)
        {
            var old = World.KeyOf("buyer").PublicKey.Thumbprint;
            await RotateAsync("buyer", "buyer", $"thief {round}");
            Assert.NotNull((await World.SendAsync("buyer", new Content { RevokeKey = new RevokeKey { Id = World.Id("buyer"), Key = old.ToWire() } })).Accepted);
        }
        await RotateAsync("buyer-owner", "buyer", "owners");
        Assert.True(World.Host.Gate.FindEntry(World.Id("buyer"))!.Keys.Count <= 32);
        _market.Mandate = mandate;
        await _market.IntendAsync();
        await World.TransfersAsync();
        Assert.Equal(16, (await AnnouncedToAsync("buyer-owner")).Count);
    }

    // Whose key was stolen hears of the thief's next one, though nothing but that key signed.
    [Fact]
    public async Task A_rotation_by_the_old_key_alone_is_told_to_the_owner()
    {
        World.ForgetMails();
        await RotateAsync("buyer", "buyer", "second");
        await RotateAsync("buyer-owner", "buyer", "third");
        await World.TransfersAsync();
        var step = Assert.Single(await AnnouncedToAsync("buyer-owner"));
        Assert.Equal(new BrokerStep { Name = "key_rotated", Entry = World.Id("buyer"), Key = World.KeyOf("second").PublicKey.Thumbprint.ToWire() }, step);
        Assert.Equal([World.Id("buyer-owner")], World.Mails.Select(mail => mail.Agent));
        var home = Partition.PartitionOf((int)World.HomeOf("buyer-owner"), World.Partitions);
        var record = ReceiptOf(Assert.Single(World.Mails));
        // What lies beside it stays the broker's: its digest is salted.
        Assert.Equal(((uint)home, 32), (record.Partition, record.PrivateDigest.Length));

        await RestartAsync(72);
        Assert.Single(await AnnouncedToAsync("buyer-owner"));
    }

    [Theory]
    [InlineData("buyer", "buyer", "buyer-owner")]
    [InlineData("buyer-owner", "buyer-owner", null)]
    public async Task A_recovery_that_begins_is_told_to_the_entry_and_its_owner(string id, string told, string? also)
    {
        await RecoverAsync(id, "recovered");
        await World.TransfersAsync();
        foreach (var name in (string[])(also is null ? [told] : [told, also]))
        {
            var step = Assert.Single(await AnnouncedToAsync(name));
            Assert.Equal(
                new BrokerStep
                {
                    Name = "recovery_started",
                    Entry = World.Id(id),
                    Key = World.KeyOf("recovered").PublicKey.Thumbprint.ToWire(),
                    EffectiveMs = World.Host.Gate.FindEntry(World.Id(id))!.RecoveryAtMs,
                },
                step);
        }
    }

    [Fact]
    public async Task A_revocation_is_answered_when_every_partition_has_it_and_in_force_before()
    {
        _market.Log.PassNext();
        using var hanging = _market.Log.HangNext();
        var revoking = World.SendAsync("buyer-owner", Revocation());
        await hanging.Reached;
        Assert.False(revoking.IsCompleted);
        Assert.Equal(ErrorCode.KeyRevoked, (await _market.TryAsync(World.Seal("buyer", _market.IntentTo("seller")))).Code);

        hanging.Release();
        Assert.NotNull((await revoking).Accepted);
        for (var partition = 0; partition < World.Partitions; partition++) Assert.Contains("transfer", await StepsOfAsync(partition));
    }

    [Fact]
    public async Task The_same_revocation_again_is_not_answered_sooner()
    {
        _market.Log.PassNext();
        _market.Log.UnknownNext(written: false);
        var envelope = World.Seal("buyer-owner", Revocation());
        var first = _market.TryAsync(envelope);
        // The partitions could not take it, and are fenced.
        for (var turn = 0; await PayoutAsync() is not ErrorCode.PartitionFenced; turn++) Assert.True(turn < TurnsMax, "never fenced");
        var (again, another) = (_market.TryAsync(envelope), _market.TryAsync(World.Seal("buyer-owner", Revocation())));
        // Others are answered meanwhile, one after the other: long enough for an answer that does not wait.
        for (var newcomer = 0; newcomer < 20; newcomer++) await World.EnterOwnerAsync($"newcomer-{newcomer}");
        Assert.False(first.IsCompleted || again.IsCompleted || another.IsCompleted);

        for (var turn = 0; !first.IsCompleted; turn++)
        {
            Assert.True(turn < TurnsMax, "never answered");
            World.Time.Advance(TimeSpan.FromSeconds(1));
            await PayoutAsync();
        }
        var decision = (await first).Decision;
        Assert.NotNull(decision!.Accepted);
        Assert.Equal(decision, (await again).Decision);
        Assert.NotNull((await another).Accepted);
    }

    // Refused in any case; how, tells whether the partition decides.
    async Task<ErrorCode?> PayoutAsync() =>
        (await _market.TryAsync(World.Seal("seller-owner", new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(1), Destination = "x" } }))).Code;

    // An envelope that was verified just before still meets the revocation in its partition.
    [Fact]
    public async Task A_partition_that_knows_of_a_revocation_takes_nothing_that_was_verified_before()
    {
        var envelope = World.Seal("buyer", _market.IntentTo("seller"));
        var (verified, _) = World.Host.Gate.Verify(World.Host.Gate.Read(envelope).Opened!);
        Assert.NotNull((await World.SendAsync("buyer-owner", Revocation())).Accepted);
        var (decision, refused) = await World.Host.SendAsync(verified!);
        Assert.Equal((null, ErrorCode.KeyRevoked), (decision, refused!.Code));
    }

    // And so it does in the directory: a thief whose envelope was verified already would otherwise have a key again after the owner's last word,
    // or take a principal over for good.
    [Theory]
    [InlineData("buyer", "buyer-owner")]
    [InlineData("buyer-owner", "buyer-owner")]
    public async Task The_directory_takes_nothing_of_a_thief_whose_key_was_just_revoked(string stolen, string owner)
    {
        var thiefs = World.Seal(stolen, Rotation(stolen, "thief"));
        var revokes = World.Seal(stolen, new Content { RevokeKey = new RevokeKey { Id = World.Id(stolen), Key = World.KeyOf("owners").PublicKey.Thumbprint.ToWire() } });
        var register = new Register { Kind = EntryKind.Agent, Principal = World.Id(owner), SigningKey = World.KeyBytes("newcomer") };
        var registers = World.Seal("newcomer", new Content { Register = register }, null, World.KeyOf(owner));
        var outcomes = await _market.TogetherAsync(World.Seal(owner, Rotation(stolen, "owners")), thiefs, revokes, registers);
        Assert.Null(outcomes[0].Code);
        Assert.Equal([ErrorCode.KeyRevoked, ErrorCode.KeyRevoked], outcomes[1..3].Select(outcome => outcome.Code!.Value));
        Assert.Equal(stolen == owner ? ErrorCode.KeyRevoked : null, outcomes[3].Code);
        Assert.Equal([World.KeyOf("owners").PublicKey.Thumbprint], LiveKeysOf(stolen));
    }

    [Fact]
    public async Task A_recovery_takes_effect_after_its_delay_and_not_before()
    {
        await RecoverAsync("buyer-owner", "recovered");
        Assert.Equal(World.NowMs + (72L * 3_600_000), World.Host.Gate.FindEntry(World.Id("buyer-owner"))!.RecoveryAtMs);
        await World.PassAsync(TimeSpan.FromHours(72) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull((await World.SendAsync("buyer-owner", _market.MandateFor("buyer"))).Accepted);

        await World.PassAsync(TimeSpan.FromMilliseconds(1));
        await World.TransfersAsync();
        Assert.Equal(ErrorCode.KeyRevoked, (await _market.TryAsync(World.Seal("buyer-owner", _market.MandateFor("buyer")))).Code);
        World.UseKey("buyer-owner", World.KeyOf("recovered"));
        Assert.NotNull((await World.SendAsync("buyer-owner", _market.MandateFor("buyer"))).Accepted);
    }

    // The delay is data of the record: whatever the operator sets later, who waits to cancel has the time that was announced.
    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    public async Task A_recovery_keeps_its_delay_over_a_restart_with_another(int hours)
    {
        await RecoverAsync("buyer-owner", "recovered");
        var at = World.NowMs + (72L * 3_600_000);
        await RestartAsync(hours);
        Assert.Equal(at, World.Host.Gate.FindEntry(World.Id("buyer-owner"))!.RecoveryAtMs);
        await World.PassAsync(TimeSpan.FromHours(72) - TimeSpan.FromMilliseconds(1));
        Assert.Null((await _market.TryAsync(World.Seal("buyer-owner", _market.MandateFor("buyer")))).Code);

        await World.PassAsync(TimeSpan.FromMilliseconds(1));
        await World.TransfersAsync();
        await RestartAsync(hours);
        Assert.Equal(ErrorCode.KeyRevoked, (await _market.TryAsync(World.Seal("buyer-owner", _market.MandateFor("buyer")))).Code);
        var keys = World.Host.Gate.FindEntry(World.Id("buyer-owner"))!.Keys;
        Assert.Equal((2, 0, at), (keys.Count, keys[0].RevokedAtMs, keys[1].RevokedAtMs));
        // What begins now has the new one.
        await RecoverAsync("seller", "of the seller");
        Assert.Equal(World.NowMs + (hours * 3_600_000L), World.Host.Gate.FindEntry(World.Id("seller"))!.RecoveryAtMs);
    }

    [Theory]
    [InlineData("buyer")]
    [InlineData("buyer-owner")]
    public async Task It_is_cancelled_by_the_entry_or_its_owner(string by)
    {
        await RecoverAsync("buyer", "recovered");
        Assert.Equal(ErrorCode.AgentUnknown, (await _market.TryAsync(World.Seal("seller", new Content { CancelRecovery = new CancelRecovery { Id = World.Id("buyer") } }))).Code);
        Assert.NotNull((await World.SendAsync(by, new Content { CancelRecovery = new CancelRecovery { Id = World.Id("buyer") } })).Accepted);
        await World.PassAsync(TimeSpan.FromHours(73));
        await World.TransfersAsync();
        Assert.Null((await _market.TryAsync(World.Seal("buyer", _market.IntentTo("seller")))).Code);
    }

    [Fact]
    public async Task An_operators_recovery_gives_nobody_the_mandates_of_a_principal()
    {
        _market.Mandate = await _market.LodgeAsync(terms => terms.FollowRotation = true);
        await RecoverAsync("buyer", "recovered");
        await World.PassAsync(TimeSpan.FromHours(72));
        await World.TransfersAsync();
        World.UseKey("buyer", World.KeyOf("recovered"));
        Assert.Equal(ErrorCode.MandateNotYours, (await _market.TryAsync(World.Seal("buyer", _market.IntentTo("seller")))).Code);
        _market.Mandate = await _market.LodgeAsync();
        await _market.IntendAsync();
    }

    // A key that waits is shown to everybody: whoever brought it in first could revoke it in every partition.
    [Fact]
    public async Task A_key_that_waits_for_recovery_is_nobody_elses()
    {
        await RecoverAsync("buyer-owner", "recovered");
        Assert.Equal(ErrorCode.KeyUnsuitable, (await _market.TryAsync(World.Seal("seller-owner", Rotation("seller", "recovered")))).Code);
        await World.SendAsync("buyer-owner", new Content { CancelRecovery = new CancelRecovery { Id = World.Id("buyer-owner") } });
        Assert.Null((await _market.TryAsync(World.Seal("seller-owner", Rotation("seller", "recovered")))).Code);
    }

    [Fact]
    public async Task Only_the_locksmith_recovers_and_enters_others()
    {
        foreach (var content in (Content[])[Recovery("buyer", "x"), Foreign("act://elsewhere/shop-owner", "y")])
        {
            Assert.Equal(ErrorCode.RoleMissing, (await _market.TryAsync(World.Seal("cashier", content))).Code);
            Assert.Equal(ErrorCode.RoleMissing, (await _market.TryAsync(World.Seal("buyer-owner", content))).Code);
        }
    }

    [Fact]
    public async Task A_foreign_id_that_an_operator_entered_signs_and_none_of_the_own_authority_is_entered()
    {
        Assert.NotNull((await World.SendAsync("locksmith", Foreign("act://elsewhere/shop-owner", "foreign"))).Accepted);
        Assert.True(World.Host.Gate.FindEntry("act://elsewhere/shop-owner")!.Foreign);
        Assert.Equal(ErrorCode.AuthorityForeign, (await _market.TryAsync(World.Seal("locksmith", Foreign("act://test/shop-owner", "other")))).Code);

        var intent = _market.IntentTo();
        intent.Header.Recipients.Add("act://elsewhere/shop-owner");
        var accepted = (await World.SendAsync(World.Seal("buyer", intent))).Accepted;
        var decline = World.Fill("buyer", new Content { Header = new Header { TransactionId = accepted.Transactions[0].TransactionId, Recipients = { World.Id("buyer") } }, Decline = new Decline() });
        decline.Header.Sender = "act://elsewhere/shop-owner";
        Assert.Equal(TransactionState.Declined, (await World.SendAsync(Sealing.Seal(decline, World.KeyOf("foreign")))).Accepted.State);
    }

    Content Revocation() => new() { RevokeKey = new RevokeKey { Id = World.Id("buyer"), Key = World.KeyOf("buyer").PublicKey.Thumbprint.ToWire() } };

    Content Rotation(string agent, string key) => new() { RotateKey = new RotateKey { Id = World.Id(agent), SigningKey = World.KeyBytes(key) } };

    Content Recovery(string id, string key) => new() { RecoverKey = new RecoverKey { Id = World.Id(id), SigningKey = World.KeyBytes(key) } };

    Content Foreign(string id, string key) => new()
    {
        EnterForeign = new EnterForeign { Id = id, Entry = new Register { Kind = EntryKind.Principal, SigningKey = World.KeyBytes(key) } },
    };

    IEnumerable<Digest> LiveKeysOf(string name) => World.Host.Gate.FindEntry(World.Id(name))!.Keys
        .Where(key => key.RevokedAtMs == 0).Select(key => VerifyingKey.TryImport(key.SigningKey.Span)!.Thumbprint);

    async Task RotateAsync(string by, string agent, string key)
    {
        Assert.NotNull((await World.SendAsync(World.Seal(by, Rotation(agent, key)))).Accepted);
        World.UseKey(agent, World.KeyOf(key));
    }

    async Task RecoverAsync(string id, string key) => Assert.NotNull((await World.SendAsync("locksmith", Recovery(id, key))).Accepted);

    async Task<List<BrokerStep>> AnnouncedToAsync(string name)
    {
        var mails = await World.Host.ReadMailAsync(World.Id(name), dead: false, 1_000, TestContext.Current.CancellationToken);
        return [.. mails.Select(mail => ReceiptOf(mail).Step).Where(step => step is { Entry.Length: > 0 })];
    }

    static Record ReceiptOf(MailItem mail) => Record.Parser.ParseFrom(mail.Receipt.Record);

    async Task RestartAsync(int recoveryHours)
    {
        await World.Host.DisposeAsync();
        _recoveryDelay = TimeSpan.FromHours(recoveryHours);
        await World.StartAsync();
    }

    async Task<List<string>> StepsOfAsync(int partition)
    {
        List<string> names = [];
        await foreach (var entry in _market.Log.ReadAsync(partition, 1, TestContext.Current.CancellationToken))
        {
            if (Record.Parser.ParseFrom(entry.Record.Span).Step is { } step) names.Add(step.Name);
        }
        return names;
    }
}
