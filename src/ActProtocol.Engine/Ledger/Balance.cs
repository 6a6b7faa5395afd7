namespace ActProtocol.Engine.Ledger;

/// <summary>One currency of an account, in nanos. Neither part is ever below zero.</summary>
struct Balance
{
    public Int128 Available;
    public Int128 Held;
}
