using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Envelopes;

namespace ActProtocol.Client.Keys;

/// <summary>Keys in files: for their owner alone, and what is wrong is said.</summary>
public class KeyFileTests
{
    const string Id = "act://local/anna";

    readonly string _path = Path.Combine(Folders.New(), "key.json");

    [Theory]
    [InlineData(null)]
    [InlineData("correct horse battery staple")]
    [InlineData("密码 with spaces ")]
    public void A_key_comes_back_as_it_was_and_its_file_is_the_owners_alone(string? passphrase)
    {
        var made = ActIdentity.LoadOrCreate(_path, Id, Id, passphrase);
        var read = ActIdentity.LoadOrCreate(_path, Id, Id, passphrase);

        Assert.Equal(made.Signer.PublicKey.Thumbprint, read.Signer.PublicKey.Thumbprint);
        Assert.True(made.Signer.PublicKey.Verify([1, 2, 3], read.Signer.Sign([1, 2, 3])));
        Assert.Equal((Id, Id), (read.Id, read.Principal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
    }

    [Fact]
    public void With_a_passphrase_the_seed_is_not_in_the_file()
    {
        var key = (SigningKey)KeyFile.Create(_path, Id, Id, "passphrase").Signer;

        Assert.DoesNotContain(Convert.ToHexStringLower(key.ExportSeed()), File.ReadAllText(_path), StringComparison.OrdinalIgnoreCase);
        Assert.Null(JsonNode.Parse(File.ReadAllText(_path))!["Seed"]);
    }

    [Fact]
    public void A_wrong_or_missing_passphrase_is_told_from_damage()
    {
        KeyFile.Create(_path, Id, Id, "passphrase");

        Assert.Contains("is wrong", Assert.Throws<UnauthorizedAccessException>(() => KeyFile.Load(_path, "Passphrase")).Message, StringComparison.Ordinal);
        Assert.Contains("give its passphrase", Assert.Throws<UnauthorizedAccessException>(() => KeyFile.Load(_path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_file_that_others_may_touch_is_refused_with_the_way_to_mend_it(UnixFileMode also)
    {
        KeyFile.Create(_path, Id, Id);
        File.SetUnixFileMode(_path, File.GetUnixFileMode(_path) | also);

        Assert.Contains($"chmod 600 {_path}", Assert.Throws<UnauthorizedAccessException>(() => KeyFile.Load(_path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Id", "act://local/bert")]
    [InlineData("Principal", "act://local/bert")]
    [InlineData("Sealed", null)]
    [InlineData("Salt", null)]
    [InlineData("Nonce", null)]
    [InlineData("Passes", "4")]
    [InlineData("MemoryKib", "65537")]
    public void Each_part_of_an_encrypted_file_is_covered_twice(string part, string? value)
    {
        KeyFile.Create(_path, Id, Id, "passphrase");
        var file = JsonNode.Parse(File.ReadAllText(_path))!.AsObject();
        var before = file[part]!.ToJsonString().Trim('"');
        file[part] = JsonNode.Parse(int.TryParse(value, out _) ? value! : JsonSerializer.Serialize(value ?? Flipped(before)));

        // Damage, by the check;
        File.WriteAllText(_path, file.ToJsonString());
        Assert.Contains("damaged", Assert.Throws<FormatException>(() => KeyFile.Load(_path, "passphrase")).Message, StringComparison.Ordinal);

        // and who takes the check away does not get by the encryption.
        file.Remove("Check");
        File.WriteAllText(_path, file.ToJsonString());
        Assert.Throws<UnauthorizedAccessException>(() => KeyFile.Load(_path, "passphrase"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""{"Id":"act://local/anna","Principal":"act://local/anna"}""")]
    [InlineData("""{"Id":"act://local/anna","Principal":"act://local/anna","Seed":"12"}""")]
    [InlineData("""{"Id":"anna","Principal":"act://local/anna","Seed":"00"}""")]
    [InlineData("""{"Id":"act://local/anna","Principal":"act://local/anna","Sealed":"00","Kdf":"argon2id","MemoryKib":2000000000,"Passes":3,"Salt":"00","Nonce":"00"}""")]
    [InlineData("""{"Id":"act://local/anna","Principal":"act://local/anna","Sealed":"00","Kdf":"scrypt","MemoryKib":64,"Passes":3,"Salt":"00","Nonce":"00"}""")]
    public void Files_of_other_kinds_are_named_in_one_sentence(string text)
    {
        File.WriteAllText(_path, text);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Contains(_path, Assert.Throws<FormatException>(() => KeyFile.Load(_path, "passphrase")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_never_written_over()
    {
        KeyFile.Create(_path, Id, Id);

        Assert.Throws<IOException>(() => KeyFile.Create(_path, Id, Id));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_path)!));
        Assert.Throws<FileNotFoundException>(() => KeyFile.Load($"{_path}.other"));
    }

    [Fact]
    public async Task A_callback_signs_and_what_it_signs_is_checked()
    {
        using var key = SigningKey.Create();
        var calls = 0;
        var signer = new CallbackSigner(key.PublicKey, async (bytes, _) =>
        {
            await Task.Yield();
            calls++;
            return key.Sign(bytes.Span);
        });
        var wrong = new CallbackSigner(SigningKey.Create().PublicKey, (bytes, _) => ValueTask.FromResult(key.Sign(bytes.Span)));

        var signature = await signer.SignAsync(new byte[] { 1, 2, 3 }, Market.Cancelled);
        Assert.True(key.PublicKey.Verify([1, 2, 3], signature));
        Assert.True(key.PublicKey.Verify([4], signer.Sign([4])));
        Assert.Equal(2, calls);
        Assert.Contains("Ed25519", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await wrong.SignAsync(new byte[] { 1 }, Market.Cancelled))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_whose_key_is_behind_a_callback_buys()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var key = market.Agent.Signer;
        var agent = market.Agent with { Signer = new CallbackSigner(key.PublicKey, async (bytes, _) => await Task.Run(() => key.Sign(bytes.Span))) };
        var buyer = new Buyer(market.Client, agent, market.Mandate) { Purchases = market.Folder };

        Assert.IsType<PurchaseResult.Bought>(await buyer.BuyAsync("order", market.Order, Market.Cancelled));
    }

    static string Flipped(string hex) => (hex[0] == '0' ? '1' : '0') + hex[1..];
}
