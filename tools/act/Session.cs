using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>A broker, and the key files of those who act here.</summary>
sealed class Session(ActClient client, string keys, bool json) : IDisposable
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ActClient Client => client;

    public static async Task<Session> OpenAsync(string grpc, string web, string keys, bool json, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(grpc, UriKind.Absolute, out _)) throw new FormatException($"'{grpc}' is no address: write one such as http://127.0.0.1:7400.");
        if (!Uri.TryCreate(web, UriKind.Absolute, out _)) throw new FormatException($"'{web}' is no address: write one such as http://127.0.0.1:7401.");
        Directory.CreateDirectory(keys);
        return new Session(new ActClient(grpc, await BrokerInfo.FetchAsync(web, cancellationToken)), keys, json);
    }

    /// <summary>A principal and an agent of its, registered if they are not yet.</summary>
    public async Task<(ActIdentity Principal, ActIdentity Agent)> EnterAsync(string name, Listing? listing, CancellationToken cancellationToken)
    {
        var authority = new string(ActId.AuthorityOf(client.Broker.Id));
        var (ownerId, agentId) = (ActId.Of(authority, $"{name}-owner"), ActId.Of(authority, name));
        var owner = ActIdentity.LoadOrCreate(Path.Combine(keys, $"{name}-owner.json"), ownerId, ownerId);
        var agent = ActIdentity.LoadOrCreate(Path.Combine(keys, $"{name}.json"), agentId, ownerId);
        await RegisterAsync(owner, new Register { Kind = EntryKind.Principal }, cancellationToken);
        await RegisterAsync(agent, new Register { Kind = EntryKind.Agent, Principal = ownerId, Listing = listing }, cancellationToken, owner.Signer);
        return (owner, agent);
    }

    public async Task<string> MoneyOfAsync(ActIdentity principal, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(new Ask { Account = new AskAccount { Account = principal.Id } }, principal, cancellationToken);
        var parts = answer.Account.Balances.Select(balance =>
            $"{Ledger.Money.FromWire(balance.Available)} available, {Ledger.Money.FromWire(balance.Held)} held");
        return string.Join("; ", parts.DefaultIfEmpty("no money"));
    }

    /// <summary>Tells what happens: a JSON object a line, or a sentence.</summary>
    public void Tell(string what, string sentence, object details)
    {
        if (!json)
        {
            Console.Out.WriteLine(sentence);
            return;
        }
        var fields = JsonSerializer.SerializeToNode(details, Plain)!.AsObject();
        fields.Insert(0, "event", what);
        fields.Add("sentence", sentence);
        Console.Out.WriteLine(fields.ToJsonString(Plain));
        Console.Out.Flush();
    }

    public void Dispose() => client.Dispose();

    async Task RegisterAsync(ActIdentity identity, Register register, CancellationToken cancellationToken, params ISigner[] alsoSigning)
    {
        if (await client.GetEntryAsync(identity.Id, cancellationToken) is { } entry)
        {
            if (entry.Keys.Any(key => Digest.FromWire(key.Thumbprint) == identity.Signer.PublicKey.Thumbprint)) return;
            throw new ActRefusedException(new Refusal(ErrorCode.NameTaken, $"{identity.Id} is registered with another key than the file's"));
        }
        register.SigningKey = ByteString.CopyFrom(identity.Signer.PublicKey.Bytes.Span);
        var result = await client.SendAsync(new Content { Header = client.NewHeader(identity), Register = register }, identity, cancellationToken, alsoSigning);
        result.OrThrow();
    }
}
