using System.CommandLine;
using System.Globalization;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act mandate</c>: what a principal allows an agent to spend.</summary>
static class MandateCommand
{
    const long MinutesMax = 3_650L * 24 * 60;

    static readonly Option<string> By = new("--by") { Description = "The principal who allows it", Required = true, HelpName = "name" };
    static readonly Option<string> To = new("--to") { Description = "The agent that may spend", Required = true, HelpName = "name" };
    static readonly Option<string[]> Currencies = new("--currency") { Description = "A currency that may be spent without limit; may be repeated, as may all below", HelpName = "code" };
    static readonly Option<string[]> PerTransaction = new("--per-transaction") { Description = "The most one purchase may cost, for its currency", HelpName = "amount" };
    static readonly Option<string[]> InTotal = new("--in-total") { Description = "The most that may ever be held and paid together, for its currency", HelpName = "amount" };
    static readonly Option<string[]> ApprovalAbove = new("--approval-above") { Description = "More than this waits for 'act approve', for its currency", HelpName = "amount" };
    static readonly Option<string[]> Allowed = new("--seller-allowed") { Description = "Only these sellers or principals", HelpName = "name" };
    static readonly Option<string[]> Barred = new("--seller-barred") { Description = "Never these; outranks --seller-allowed", HelpName = "name" };
    static readonly Option<string?> From = new("--valid-from") { Description = "Such as 2026-12-24T00:00+08:00; now when left out", HelpName = "time" };
    static readonly Option<string> For = new("--valid-for") { Description = "Such as 12h, 30d", DefaultValueFactory = _ => "30d", HelpName = "span" };
    static readonly Option<bool> Follow = new("--follow-rotation") { Description = "Goes on when the agent replaces its own key" };
    static readonly Argument<string?> Digest = new("mandate") { Description = "Its digest; the one saved for --to when left out", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<string> As = new("--as") { Description = "Who asks: the principal or the agent", Required = true, HelpName = "name" };
    static readonly Option<string?> ToSaved = new("--to") { Description = "The agent whose saved mandate is meant", HelpName = "name" };

    public static ActCommand Create() => new("mandate", "What an agent may spend: lodge, show, revoke.") { Lodge(), Show(), Revoke() };

    /// <summary>Signs and lodges. The account is the principal's own.</summary>
    public static async Task<Envelope> LodgeAsync(Session session, ActIdentity principal, Mandate terms, CancellationToken cancellationToken)
    {
        terms.Account = principal.Id;
        var envelope = Sealing.Seal(new Content { Header = session.Client.NewHeader(principal), Mandate = terms }, principal.Signer);
        (await session.Client.SendAsync(envelope, cancellationToken)).OrThrow();
        return envelope;
    }

    static ActCommand Lodge()
    {
        var command = new ActCommand("lodge", "Allow an agent to spend, within limits.", """
            act mandate lodge --by alice --to shopper --in-total '2000 CNY'
            act mandate lodge --by alice --to shopper --per-transaction '800 CNY' --in-total '2000 CNY' --approval-above '500 CNY' \
                --per-transaction '100 EUR' --seller-barred act://local/night-air --valid-for 7d
            """)
        {
            By, To, Currencies, PerTransaction, InTotal, ApprovalAbove, Allowed, Barred, From, For, Follow,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var terms = Terms(call, TimeProvider.System.GetUtcNow());
            using var session = await call.ConnectAsync(cancellationToken);
            var principal = session.Keys.Load(session.IdOf("--by", call.Value(By)));
            var agent = session.IdOf("--to", call.Value(To));
            (terms.Agent, terms.AgentKey) = (agent, await KeyOfAsync(session, agent, cancellationToken));
            terms.SellersAllowed = SetOf(session, "--seller-allowed", call.Value(Allowed));
            terms.SellersBarred = SetOf(session, "--seller-barred", call.Value(Barred));

            var envelope = await LodgeAsync(session, principal, terms, cancellationToken);
            SavedMandate.Save(session.Keys, agent, envelope);
            var digest = SignedBytes.DigestOf(envelope.Content.Span);
            session.Screen.Tell("lodged", $"{agent} may spend for {principal.Id} until {Words.Time(terms.ValidUntilMs)}. Mandate: {digest}", new { mandate = digest.ToString(), agent, account = principal.Id }, "green");
            session.Screen.Say(TextOf(terms));
            session.Screen.Next($"Next: act buy --as {Words.Short(agent)} --intent my-intent.json, which uses this mandate ({SavedMandate.PathOf(session.Keys, agent)})");
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Show()
    {
        var command = new ActCommand("show", "Show what is left of a mandate.", "act mandate show --as alice --to shopper\nact mandate show 5f0c… --as shopper") { Digest, As, ToSaved };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            using var session = await call.ConnectAsync(cancellationToken);
            var asker = session.Keys.Load(call.Value(As));
            var (digest, saved) = Named(call, session, asker);
            var answer = (await session.Client.AskAsync(new Ask { Mandate = new AskMandate { Mandate = digest.ToWire() } }, asker, cancellationToken)).Mandate;
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var state = answer.Revoked ? "revoked" : now < answer.ValidFromMs ? "not yet valid" : now >= answer.ValidUntilMs ? "expired" : "live";
            var spent = answer.Spent.Select(Words.Of).ToList();
            if (saved is not null) session.Screen.Say(TextOf(saved.Terms));
            session.Screen.Tell(
                "mandate",
                $"Mandate of {answer.Agent}: {state}, valid {Words.Time(answer.ValidFromMs)} to {Words.Time(answer.ValidUntilMs)}. Held and paid so far: {string.Join(", ", spent)}.",
                new { mandate = digest.ToString(), answer.Agent, state, spent, answer.ValidFromMs, answer.ValidUntilMs });
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Revoke()
    {
        var command = new ActCommand("revoke", "End a mandate: what it held is released, what was committed stands.", "act mandate revoke --as alice --to shopper\nact mandate revoke 5f0c… --as alice") { Digest, As, ToSaved };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            using var session = await call.ConnectAsync(cancellationToken);
            var principal = session.Keys.Load(call.Value(As));
            var (digest, _) = Named(call, session, principal);
            var content = new Content { Header = session.Client.NewHeader(principal), RevokeMandate = new RevokeMandate { Mandate = digest.ToWire() } };
            (await session.Client.SendAsync(content, principal, cancellationToken)).OrThrow();
            session.Screen.Tell("revoked", $"Mandate {digest} is revoked: nothing more is spent under it.", new { mandate = digest.ToString() }, "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    // By its digest, or the one that was saved for the agent.
    static (Digest, SavedMandate?) Named(Call call, Session session, ActIdentity asker)
    {
        var agent = call.Value(ToSaved) is { } named ? session.IdOf("--to", named) : asker.Id;
        var saved = SavedMandate.Find(session.Keys, agent);
        if (call.Value(Digest) is { } text)
        {
            var digest = Call.DigestOf("the mandate", text);
            return (digest, saved?.Digest == digest ? saved : null);
        }
        return saved is not null ? (saved.Digest, saved) : throw new BadInputException($"There is no '{SavedMandate.PathOf(session.Keys, agent)}': name the mandate by its digest, or its agent with --to.");
    }

    static async Task<Google.Protobuf.ByteString> KeyOfAsync(Session session, string agent, CancellationToken cancellationToken)
    {
        var entry = await session.Client.GetEntryAsync(agent, cancellationToken)
            ?? throw new BadInputException($"--to: {agent} is not registered here: act register agent {Words.Short(agent)} --principal NAME");
        return entry.Keys.FirstOrDefault(key => key.RevokedAtMs == 0)?.Thumbprint ?? throw new BadInputException($"--to: every key of {agent} is revoked.");
    }

    static Mandate Terms(Call call, DateTimeOffset now)
    {
        var from = now.AddMilliseconds(-EnvelopeLimits.SkewMs);
        if (call.Value(From) is { } text && !JsonPart.IsTime(text, out from)) throw new BadInputException($"--valid-from: '{text}' is no time: write one such as 2026-12-24T00:00+08:00.");
        var start = call.Value(From) is null ? now : from;
        var terms = new Mandate { ValidFromMs = from.ToUnixTimeMilliseconds(), ValidUntilMs = start.Add(Span(call.Value(For))).ToUnixTimeMilliseconds(), FollowRotation = call.Value(Follow) };
        SortedDictionary<string, CurrencyLimit> limits = new(StringComparer.Ordinal);
        foreach (var code in call.Value(Currencies) ?? []) Limit(Currency.IsKnown(code) ? code : throw new BadInputException($"--currency: '{code}' is no currency of ISO 4217 that is known here."));
        Each("--per-transaction", PerTransaction, (limit, amount) => (limit.PerTransaction is null, limit.PerTransaction = amount));
        Each("--in-total", InTotal, (limit, amount) => (limit.InTotal is null, limit.InTotal = amount));
        Each("--approval-above", ApprovalAbove, (limit, amount) => (limit.ApprovalAbove is null, limit.ApprovalAbove = amount));
        if (limits.Count == 0) throw new BadInputException("A mandate names at least one currency: --in-total '2000 CNY', --per-transaction '800 CNY', or --currency CNY.");
        terms.Limits.Add(limits.Values);
        return terms;

        CurrencyLimit Limit(string currency) => limits.TryGetValue(currency, out var found) ? found : limits[currency] = new CurrencyLimit { Currency = currency };

        void Each(string place, Option<string[]> option, Func<CurrencyLimit, Google.Type.Money, (bool WasNone, Google.Type.Money)> set)
        {
            foreach (var written in call.Value(option) ?? [])
            {
                var amount = Call.Amount(place, written);
                if (!set(Limit(amount.Currency), amount.ToWire()).WasNone) throw new BadInputException($"{place}: {amount.Currency} stands twice.");
            }
        }
    }

    static AgentSet? SetOf(Session session, string place, string[]? names) => names is { Length: > 0 } ? new AgentSet { Ids = { names.Select(name => session.IdOf(place, name)) } } : null;

    static TimeSpan Span(string text)
    {
        var fits = text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        var number = fits ? long.Parse(text[..^1], CultureInfo.InvariantCulture) : 0;
        var minutes = (text.Length > 0 ? text[^1..] : "") switch { "d" => number * 24 * 60, "h" => number * 60, "m" => number, _ => 0 };
        return minutes is > 0 and <= MinutesMax
            ? TimeSpan.FromMinutes(minutes)
            : throw new BadInputException($"--valid-for: '{text}' is no span of at most ten years: write one such as 30d, 12h or 90m.");
    }

    static string TextOf(Mandate terms)
    {
        var lines = terms.Limits.Select(limit => $"  {limit.Currency}: " + string.Join(", ", new[]
        {
            limit.PerTransaction is { } each ? $"at most {Words.Of(each)} a purchase" : null,
            limit.InTotal is { } all ? $"at most {Words.Of(all)} in total" : null,
            limit.ApprovalAbove is { } above ? $"above {Words.Of(above)} only with approval" : null,
        }.OfType<string>().DefaultIfEmpty("without limit"))).ToList();
        if (terms.SellersAllowed is { } allowed) lines.Add($"  only with {string.Join(", ", allowed.Ids)}");
        if (terms.SellersBarred is { } barred) lines.Add($"  never with {string.Join(", ", barred.Ids)}");
        return string.Join('\n', lines);
    }
}
