using System.CommandLine;
using System.Text;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act register</c>: enters a principal, an agent or a seller, with a key that is made when there is none.</summary>
static class RegisterCommand
{
    static readonly Argument<string> Name = new("name") { Description = "A name under the broker's authority, or an id" };
    static readonly Option<string> Principal = new("--principal") { Description = "The principal it acts for, whose key signs too", Required = true, HelpName = "name" };
    static readonly Option<string> Title = new("--title") { Description = "What it sells, for people; at most 128 bytes", Required = true };
    static readonly Option<string[]> Capabilities = new("--capability") { Description = "What buyers find it by, such as travel.flight; may be repeated", Required = true };
    static readonly Option<string[]> Origins = new("--origin") { Description = "Web origin it may be paid at, such as https://example.com; may be repeated" };
    static readonly Option<string[]> Prices = new("--price") { Description = "An indication, such as 'Tea=10 CNY'; may be repeated" };

    public static ActCommand Create() => new("register", "Enter a principal, an agent or a seller into the broker's directory.") { OfPrincipal(), OfAgent(), OfSeller() };

    static ActCommand OfPrincipal()
    {
        var command = new ActCommand("principal", "Enter a person or firm: it holds an account and signs mandates.", "act register principal alice") { Name };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            using var session = await call.ConnectAsync(cancellationToken);
            var id = session.OwnIdOf("the name", call.Value(Name));
            var key = session.Keys.LoadOrMake(id, id, id);
            var isNew = await session.RegisterAsync(key, new Register { Kind = EntryKind.Principal }, cancellationToken);
            Tell(session, key, isNew, "principal");
            session.Screen.Next($"Next: act fund {Words.Short(id)} '2000 CNY', and act register agent NAME --principal {Words.Short(id)}");
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand OfAgent()
    {
        var command = new ActCommand("agent", "Enter an agent that buys for its principal.", "act register agent shopper --principal alice") { Name, Principal };
        command.AddBroker();
        command.Does((call, cancellationToken) => EnterAsync(call, null, "agent", cancellationToken));
        return command;
    }

    static ActCommand OfSeller()
    {
        var command = new ActCommand(
            "seller",
            "Enter an agent that sells, with a listing that buyers find it by.",
            "act register seller tea-house --principal bob --title 'Tea of the season' --capability goods.tea --price 'Longjing=80 CNY'")
        {
            Name, Principal, Title, Capabilities, Origins, Prices,
        };
        command.AddBroker();
        command.Does((call, cancellationToken) => EnterAsync(call, ListingOf(call), "seller", cancellationToken));
        return command;
    }

    static async Task<int> EnterAsync(Call call, Listing? listing, string kind, CancellationToken cancellationToken)
    {
        using var session = await call.ConnectAsync(cancellationToken);
        var (id, owner) = (session.OwnIdOf("the name", call.Value(Name)), session.IdOf("--principal", call.Value(Principal)));
        var principal = session.Keys.Load(owner);
        if (id == owner) throw new BadInputException("An agent has a name of its own, other than its principal's.");
        var key = session.Keys.LoadOrMake(id, id, owner);
        var isNew = await session.RegisterAsync(key, new Register { Kind = EntryKind.Agent, Principal = owner, Listing = listing }, cancellationToken, principal.Signer);
        var isUpdated = !isNew && listing is not null && await session.UpdateListingAsync(key, listing, cancellationToken);
        Tell(session, key, isNew, kind);
        if (isUpdated) session.Screen.Tell("listing", $"What {key.Id} sells is as you say now.", new { key.Id, capabilities = listing!.Capabilities.ToArray() }, "green");
        session.Screen.Next(kind == "agent"
            ? $"Next: act mandate lodge --by {Words.Short(owner)} --to {Words.Short(id)} --in-total '2000 CNY'"
            : $"Next: answer what comes with 'act inbox --as {Words.Short(id)}' and 'act send', or let 'act sell --catalogue FILE' do it.");
        return ExitCodes.Fine;
    }

    static void Tell(Session session, Client.ActIdentity key, bool isNew, string kind) => session.Screen.Tell(
        "registered",
        $"{key.Id} is {(isNew ? "registered" : "registered already, with this very key")}{(key.Principal == key.Id ? "" : $", an agent of {key.Principal}")}. Key: {session.Keys.PathOf(key.Id)}",
        new { key.Id, key.Principal, kind, @new = isNew, thumbprint = key.Signer.PublicKey.Thumbprint.ToString() },
        "green");

    static Listing ListingOf(Call call)
    {
        var listing = new Listing { Title = call.Value(Title) };
        if (Encoding.UTF8.GetByteCount(listing.Title) > 128) throw new BadInputException($"--title: {Encoding.UTF8.GetByteCount(listing.Title)} bytes; at most 128 are possible.");
        foreach (var capability in call.Value(Capabilities))
        {
            var fits = capability.Length is > 0 and <= 64 && capability.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
            listing.Capabilities.Add(fits ? capability : throw new BadInputException($"--capability: '{capability}' is none: write 1 to 64 of a-z, 0-9, '.' and '-'."));
        }
        foreach (var origin in call.Value(Origins) ?? [])
        {
            var fits = Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == origin;
            listing.Origins.Add(fits ? origin : throw new BadInputException($"--origin: '{origin}' is no web origin: write one such as https://example.com."));
        }
        foreach (var price in call.Value(Prices) ?? [])
        {
            var cut = price.LastIndexOf('=');
            if (cut <= 0) throw new BadInputException($"--price: '{price}' names no price: write one such as 'Tea=10 CNY'.");
            listing.Prices.Add(new ListedPrice { Item = price[..cut], Price = Call.Amount("--price", price[(cut + 1)..]).ToWire() });
        }
        return listing;
    }
}
