using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace ActProtocol.Conformance.Configs;

/// <summary>A key as it is written, and where it goes.</summary>
sealed record ConfigKey(string Name, KeyAttribute Declared, PropertyInfo Property);

/// <summary>The keys of the tables of a file, in the order in which they are declared.</summary>
static class ConfigKeys
{
    static readonly ConcurrentDictionary<Type, IReadOnlyList<ConfigKey>> All = new();

    public static IReadOnlyList<ConfigKey> Of(Type type) => All.GetOrAdd(type, static type =>
    [
        .. from property in type.GetProperties()
           let declared = property.GetCustomAttribute<KeyAttribute>()
           where declared is not null
           orderby property.MetadataToken
           select new ConfigKey(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), declared, property),
    ]);
}
