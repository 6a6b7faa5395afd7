using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>What <c>--intent</c> reads.</summary>
sealed record IntentFile(Intent Intent, IReadOnlyList<string> Sellers)
{
    const int MinutesMax = 90 * 24 * 60;

    public const string Sample = """
        my-intent.json:
          {
            "words": "A flight to Hangzhou within CNY 800, no red-eye.",   // for people; never enforced
            "budget": "800 CNY",                                           // the most that may be held and paid
            "sellers": ["act://local/day-air"],                            // or "capability": "travel.flight"
            "expires_in_minutes": 60,                                      // may be left out, as may max_locks and arbiters
            "constraint": { "all": { "of": [                               // an act.v1.Constraint: what the broker enforces
              { "compare": { "attribute": "flight.destination", "relation": "EQUAL", "value": "HGH" } },
              { "compare": { "attribute": "total", "relation": "AT_MOST", "value": "800 CNY" } },
              { "hoursOfDay": { "attribute": "flight.departure", "zone": "Asia/Shanghai", "fromMinute": 360, "untilMinute": 1320 } }
            ] } }
          }
        """;

    public static IntentFile Read(string path, DateTimeOffset now)
    {
        var root = JsonFile.Read(path).Root.Only("words", "budget", "sellers", "capability", "sellers_max", "expires_in_minutes", "max_locks", "arbiters", "constraint");
        var intent = new Intent
        {
            Words = root["words"]?.Text() ?? "",
            Budget = root.Required("budget").Amount().ToWire(),
            Capability = root["capability"]?.Text() ?? "",
            SellersMax = (uint)(root["sellers_max"]?.Integer(1, 16) ?? 0),
            MaxLocks = (uint)(root["max_locks"]?.Integer(1, 16) ?? 0),
            ExpiresAtMs = now.AddMinutes(root["expires_in_minutes"]?.Integer(1, MinutesMax) ?? 60).ToUnixTimeMilliseconds(),
        };
        intent.Arbiters.Add((root["arbiters"]?.Items() ?? []).Select(item => item.ActId()));
        if (root["constraint"] is { } constraint) intent.Constraint = ConstraintPart.Read(constraint);

        var sellers = (root["sellers"]?.Items() ?? []).Select(item => item.ActId()).ToList();
        if ((sellers.Count == 0) == (intent.Capability.Length == 0)) throw root.Fault("name either 'sellers' or a 'capability' by which the broker draws them.");
        if (sellers.Distinct().Count() < sellers.Count) throw root.Required("sellers").Fault("a seller stands twice.");
        return sellers.Count <= 16 ? new IntentFile(intent, sellers) : throw root.Required("sellers").Fault($"{sellers.Count} sellers; at most 16 can be asked.");
    }
}
