using System.CommandLine;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;

namespace ActProtocol.Tools;

/// <summary>One command as it was called: its arguments, and where to tell what happens.</summary>
sealed record Call(ParseResult Parsed, Screen Screen)
{
    public T Value<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Value<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    public KeyRing Keys => field ??= new(Value(Globals.Keys), Value(Globals.PassphraseFile));

    public Task<Session> ConnectAsync(CancellationToken cancellationToken) =>
        Session.OpenAsync(Value(Globals.Broker), Value(Globals.BrokerJson), Keys, Screen, cancellationToken);

    /// <summary>An amount such as '800 CNY'.</summary>
    public static Money Amount(string place, string text, bool positive = false)
    {
        if (!Money.TryParse(text, out var money, out var error)) throw new BadInputException($"{place}: {error}");
        if (money.Nanos < 0) throw new BadInputException($"{place}: '{text}' is below zero.");
        return positive && money.Nanos == 0 ? throw new BadInputException($"{place}: '{text}' is nothing: write an amount above zero.") : money;
    }

    /// <summary>A transaction or message id: 32 hexadecimal digits.</summary>
    public static Id16 Id(string place, string text) => Id16.FromBytes(Hex(place, text, Id16.Length));

    /// <summary>A digest or thumbprint: 64 hexadecimal digits.</summary>
    public static Digest DigestOf(string place, string text) => new(Hex(place, text, Digest.Length));

    static byte[] Hex(string place, string text, int length)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiHexDigit(text[i])) throw new BadInputException($"{place}: '{text[i]}' at character {i + 1} is no hexadecimal digit; {2 * length} of them are expected.");
        }
        return text.Length == 2 * length ? Convert.FromHexString(text) : throw new BadInputException($"{place}: {text.Length} hexadecimal digits; {2 * length} are expected.");
    }
}
