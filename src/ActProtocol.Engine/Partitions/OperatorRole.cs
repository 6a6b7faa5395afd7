namespace ActProtocol.Engine.Partitions;

/// <summary>What an operator's key may do.</summary>
[Flags]
public enum OperatorRoles
{
    None = 0,
    Fund = 1,
    Rules = 2,
    Keys = 4,
    View = 8,
}
