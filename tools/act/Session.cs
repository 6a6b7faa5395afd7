using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>A broker, the keys of those who act here, and the screen.</summary>
sealed class Session(ActClient client, BrokerDocument broker, KeyRing keys, Screen screen) : IDisposable
{
    public ActClient Client => client;

    public BrokerDocument Broker => broker;

    public KeyRing Keys => keys;

    public Screen Screen => screen;

    public static async Task<Session> OpenAsync(string grpc, string web, KeyRing keys, Screen screen, CancellationToken cancellationToken)
    {
        BrokerDocument.CheckAddress("--broker", grpc);
        var broker = await BrokerDocument.FetchAsync(web, cancellationToken);
        await CheckGrpcAsync(grpc, broker, cancellationToken);
        return new Session(new ActClient(grpc, broker.Info), broker, keys, screen);
    }

    // One attempt, so that a wrong address is told at once and not after the client's patience.
    static async Task CheckGrpcAsync(string grpc, BrokerDocument broker, CancellationToken cancellationToken)
    {
        using var once = new ActClient(new ActClientOptions { Address = grpc, AttemptsMax = 1 }, broker.Info);
        try
        {
            await once.GetEntryAsync(broker.Info.Id, cancellationToken);
        }
        catch (BrokerUnreachableException fault)
        {
            throw new NoBrokerException(
                fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    ? $"Nobody answers at {grpc} (--broker). Start a broker with 'act up --play', or name its gRPC address."
                    : $"What answers at {grpc} (--broker) does not speak gRPC. Name the gRPC address that 'act up' says; {broker.Info.Id} serves JSON and gRPC at two ports.",
                fault);
        }
    }

    /// <summary>A name under this broker's authority, or an id as it stands.</summary>
    public string IdOf(string place, string nameOrId)
    {
        var id = nameOrId.StartsWith(ActId.Scheme, StringComparison.Ordinal) ? nameOrId : $"{ActId.Scheme}{broker.Authority}/{nameOrId}";
        return ActId.IsValid(id) ? id : throw new BadInputException($"{place}: '{nameOrId}' is no name and no id: write a name out of a-z, 0-9 and '-', or act://authority/name.");
    }

    /// <summary>An id that this broker may give out.</summary>
    public string OwnIdOf(string place, string nameOrId)
    {
        var id = IdOf(place, nameOrId);
        return ActId.AuthorityOf(id).SequenceEqual(broker.Authority)
            ? id
            : throw new BadInputException($"{place}: {id} belongs to another authority; this broker gives out names under act://{broker.Authority}/.");
    }

    /// <summary>A principal and an agent of its, registered if they are not yet.</summary>
    public async Task<(ActIdentity Principal, ActIdentity Agent)> EnterAsync(string name, Listing? listing, CancellationToken cancellationToken)
    {
        var (ownerId, agentId) = (OwnIdOf("the owner's name", $"{name}-owner"), OwnIdOf("the name", name));
        var owner = keys.LoadOrMake($"{name}-owner", ownerId, ownerId);
        // An agent that was registered for another principal keeps it.
        if (keys.Has(name) && keys.Load(name) is var known && known.Principal != ownerId) return (keys.Load(known.Principal), known);
        var agent = keys.LoadOrMake(name, agentId, ownerId);
        await RegisterAsync(owner, new Register { Kind = EntryKind.Principal }, cancellationToken);
        await RegisterAsync(agent, new Register { Kind = EntryKind.Agent, Principal = ownerId, Listing = listing }, cancellationToken, owner.Signer);
        return (owner, agent);
    }

    /// <summary>True when it was registered just now; false when it was already, with this key.</summary>
    public async Task<bool> RegisterAsync(ActIdentity identity, Register register, CancellationToken cancellationToken, params ISigner[] alsoSigning)
    {
        if (await client.GetEntryAsync(identity.Id, cancellationToken) is { } entry)
        {
            if (entry.Keys.Any(key => Digest.FromWire(key.Thumbprint) == identity.Signer.PublicKey.Thumbprint)) return false;
            throw new ActRefusedException(new Refusal(ErrorCode.NameTaken, $"{identity.Id} has another key than '{keys.PathOf(identity.Id)}'"));
        }
        register.SigningKey = ByteString.CopyFrom(identity.Signer.PublicKey.Bytes.Span);
        var result = await client.SendAsync(new Content { Header = client.NewHeader(identity), Register = register }, identity, cancellationToken, alsoSigning);
        result.OrThrow();
        return true;
    }

    /// <summary>True when the listing was another one.</summary>
    public async Task<bool> UpdateListingAsync(ActIdentity seller, Listing listing, CancellationToken cancellationToken)
    {
        if (listing.Equals((await client.GetEntryAsync(seller.Id, cancellationToken))?.Listing)) return false;
        var update = new Content { Header = client.NewHeader(seller), UpdateListing = new UpdateListing { Id = seller.Id, Listing = listing } };
        (await client.SendAsync(update, seller, cancellationToken)).OrThrow();
        return true;
    }

    public async Task<IReadOnlyList<Balance>> BalancesOfAsync(string account, ActIdentity asker, CancellationToken cancellationToken) =>
        (await client.AskAsync(new Ask { Account = new AskAccount { Account = account } }, asker, cancellationToken)).Account.Balances;

    public async Task<string> MoneyOfAsync(ActIdentity principal, CancellationToken cancellationToken) =>
        Words.Of(await BalancesOfAsync(principal.Id, principal, cancellationToken));

    public void Dispose() => client.Dispose();
}
