namespace ActProtocol.Sqlite;

/// <summary>What a store is made for, fixed when it is created.</summary>
/// <param name="Broker">The broker's id.</param>
/// <param name="Partitions">How many logs it holds, numbered from 0.</param>
/// <param name="Play">Whether nothing in it has a value.</param>
/// <param name="CreatedWith">The program and version that created it.</param>
public sealed record StoreHeader(string Broker, int Partitions, bool Play, string CreatedWith);
