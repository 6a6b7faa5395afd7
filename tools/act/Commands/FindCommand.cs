using System.CommandLine;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act find</c>: the directory, by capability or by id. Needs no key.</summary>
static class FindCommand
{
    const int SellersMax = 1_000;

    static readonly Argument<string?> Capability = new("capability") { Description = "What is sold, such as travel.flight", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<string?> Id = new("--id") { Description = "One principal or agent, by name or id", HelpName = "name" };

    public static ActCommand Create()
    {
        var command = new ActCommand("find", "Look up sellers by capability, or anybody by id.", "act find travel.flight\nact find --id day-air") { Capability, Id };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            if ((call.Value(Capability) is null) == (call.Value(Id) is null)) throw new BadInputException("Name either a capability, such as travel.flight, or somebody with --id.");
            using var session = await call.ConnectAsync(cancellationToken);
            return call.Value(Id) is { } id ? await LookUpAsync(session, session.IdOf("--id", id), cancellationToken) : await ListAsync(session, call.Value(Capability)!, cancellationToken);
        });
        return command;
    }

    static async Task<int> LookUpAsync(Session session, string id, CancellationToken cancellationToken)
    {
        if (await session.Client.GetEntryAsync(id, cancellationToken) is not { } entry) throw new FailedException($"{id} is not registered here.");
        var lines = new List<string>
        {
            $"{entry.Id}, {Words.Of(entry.Kind)}{(entry.Principal.Length > 0 && entry.Principal != entry.Id ? $" of {entry.Principal}" : "")}",
        };
        if (entry.Listing is { } listing) lines.Add($"  sells {Inert.Quote(listing.Title)}: {string.Join(", ", listing.Capabilities)}");
        if (entry.Standing is { } standing) lines.Add($"  settled {standing.Settled}, disputed {standing.Disputed}, lost {standing.Lost}, with {standing.DistinctPayers} payers");
        lines.AddRange(entry.Keys.Select(key => $"  key {Digest.FromWire(key.Thumbprint)}{(key.RevokedAtMs > 0 ? $", revoked {Words.Time(key.RevokedAtMs)}" : "")}"));
        if (entry.RecoveryAtMs > 0) lines.Add($"  a recovery by the operator takes effect {Words.Time(entry.RecoveryAtMs)}");
        session.Screen.Tell("entry", string.Join('\n', lines), Of(entry));
        return ExitCodes.Fine;
    }

    static async Task<int> ListAsync(Session session, string capability, CancellationToken cancellationToken)
    {
        var (table, count, token) = (Screen.Table("seller", "sells", "from"), 0, "");
        do
        {
            var page = await session.Client.FindSellersAsync(capability, token, cancellationToken);
            // Standing is told one by one: act find --id.
            foreach (var seller in page.Sellers)
            {
                count++;
                if (session.Screen.Json) session.Screen.Tell("seller", seller.Id, Of(seller));
                var from = seller.Listing?.Prices.FirstOrDefault()?.Price;
                table.AddRow(Screen.Cell(seller.Id), Screen.Cell(Inert.Quote(seller.Listing?.Title ?? "")), Screen.Cell(Words.Of(from)));
            }
            token = page.NextPageToken;
        }
        while (token.Length > 0 && count < SellersMax);
        if (count > 0) session.Screen.Show(table);
        session.Screen.Tell("sellers", $"{Words.Count(count, "seller")} of '{Inert.Line(capability)}'.", new { count, capability });
        return ExitCodes.Fine;
    }

    static object Of(DirectoryEntry entry) => new
    {
        entry.Id,
        kind = Words.Of(entry.Kind),
        entry.Principal,
        title = entry.Listing?.Title,
        capabilities = entry.Listing?.Capabilities.ToList(),
        prices = entry.Listing?.Prices.Select(price => new { price.Item, price = Words.Of(price.Price) }),
        keys = entry.Keys.Select(key => new { thumbprint = Digest.FromWire(key.Thumbprint).ToString(), revoked_at_ms = key.RevokedAtMs }),
        standing = entry.Standing is { } standing ? new { standing.Settled, standing.Disputed, standing.Lost, standing.DistinctPayers } : null,
    };
}
