namespace ActProtocol.Conformance.Runs;

/// <summary>What makes one run: the seed that gives all its draws again, and a nonce that keeps its names apart from those of every other run.</summary>
/// <param name="Seed">Printed, and taken by <c>--seed</c>.</param>
/// <param name="Nonce">8 characters out of 0-9 and a-f.</param>
sealed record RunIdentity(long Seed, string Nonce)
{
    public static RunIdentity New(long seed) => new(seed, Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4)));
}
