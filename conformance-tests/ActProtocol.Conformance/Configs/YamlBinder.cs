using System.Collections;
using System.Globalization;
using System.Reflection;
using ActProtocol.Conformance.CommandLine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ActProtocol.Conformance.Configs;

/// <summary>Makes records of nodes. Strict: an unknown key, a missing one and a value of another kind are faults.</summary>
sealed class YamlBinder(string path)
{
    public object Bind(YamlNode node, Type type, string what, KeyAttribute? key = null)
    {
        if (type == typeof(IReadOnlyList<string>)) return Texts(node, what);
        if (type == typeof(IReadOnlyDictionary<string, string>)) return Pairs(node, what);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return Records(node, type.GetGenericArguments()[0], what);
        if (type.IsClass && type != typeof(string)) return Record(node, type, what);
        if (node is not YamlScalarNode { Value: { Length: > 0 } text } scalar) throw Fault(node, node is YamlScalarNode ? $"{what} has no value." : $"{what} is one value, not a list or a table.");
        return Scalar(scalar, text, type, what, key);
    }

    object Record(YamlNode node, Type type, string what)
    {
        if (node is not YamlMappingNode table) throw Fault(node, $"{what} is a table of keys: {string.Join(", ", ConfigKeys.Of(type).Select(key => key.Name))}.");
        var record = Activator.CreateInstance(type)!;
        var keys = ConfigKeys.Of(type);
        var seen = new HashSet<string>();
        foreach (var (name, value) in table.Children)
        {
            if (name is not YamlScalarNode { Value: { } written }) throw Fault(name, "a key is one word.");
            var key = keys.FirstOrDefault(key => key.Name == written);
            if (key is null) throw Fault(name, $"there is no key '{written}' in {what}.{NearestOf(written, keys)}");
            seen.Add(written);
            key.Property.SetValue(record, Bind(value, key.Property.PropertyType, $"'{written}'", key.Declared));
        }
        return keys.FirstOrDefault(key => key.Declared.Required && !seen.Contains(key.Name)) is { } missing
            ? throw Fault(node, $"{what} lacks '{missing.Name}': {missing.Declared.Says}")
            : record;
    }

    static string NearestOf(string written, IReadOnlyList<ConfigKey> keys) =>
        Near.Hint(written, keys.Select(key => key.Name)) is { Length: > 0 } hint ? hint : $" There are: {string.Join(", ", keys.Select(key => key.Name))}.";

    object Records(YamlNode node, Type type, string what)
    {
        if (node is not YamlSequenceNode list) throw Fault(node, $"{what} is a list: each entry begins with '- '.");
        var records = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type))!;
        foreach (var child in list.Children) records.Add(Record(child, type, $"entry {records.Count + 1}"));
        return records;
    }

    List<string> Texts(YamlNode node, string what)
    {
        if (node is YamlScalarNode { Value: "none" }) return [];
        if (node is not YamlSequenceNode list) throw Fault(node, $"{what} is a list, such as [./run, --now].");
        if (list.Children.Count == 0) throw Fault(node, $"{what} is an empty list; leave the key out instead.");
        return [.. list.Children.Select(child => child is YamlScalarNode { Value: { } text } ? text : throw Fault(child, $"{what} holds something that is no text."))];
    }

    Dictionary<string, string> Pairs(YamlNode node, string what)
    {
        if (node is not YamlMappingNode table) throw Fault(node, $"{what} is a table of names and texts.");
        return table.Children.ToDictionary(
            pair => pair.Key is YamlScalarNode { Value: { Length: > 0 } name } ? name : throw Fault(pair.Key, "a name is one word."),
            pair => pair.Value is YamlScalarNode { Value: { } text } ? text : throw Fault(pair.Value, $"{what} holds something that is no text."));
    }

    object Scalar(YamlScalarNode node, string text, Type type, string what, KeyAttribute? key)
    {
        if (type == typeof(string)) return Text(node, text, what, key);
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Fault(node, $"{what} is a whole number, not '{text}'.");
        if (type == typeof(bool)) return text switch { "true" => true, "false" => false, _ => throw Fault(node, $"{what} is true or false, not '{text}'.") };
        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is > 0 and <= 1000 ? factor : throw Fault(node, $"{what} is a number above 0 and at most 1000, not '{text}'.");
        }
        if (type == typeof(TimeSpan)) return Durations.TryParse(text, out var duration) ? duration : throw Fault(node, $"{what} is a time such as 500ms, 20s, 5m or 1h, not '{text}'.");
        throw new InvalidOperationException($"No reader for {type}.");
    }

    string Text(YamlScalarNode node, string text, string what, KeyAttribute? key)
    {
        if (key is { OneOf: { Length: > 0 } right } && !right.Contains(text)) throw Fault(node, $"{what} is one of {string.Join(", ", right)}, not '{text}'.{Near.Hint(text, right)}");
        return (key?.Form ?? Form.Any) switch
        {
            Form.Any => text,
            Form.Address => Addresses.IsAddress(Addresses.Fill(text, 1, 1)) ? text : throw Fault(node, $"{what} is an address such as https://broker.example:8443, not '{text}'."),
            Form.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : throw Fault(node, $"{what} is a day such as 2027-01-31, not '{text}'."),
        };
    }

    BadInputException Fault(YamlNode node, string message) => YamlFile.Fault(path, node.Start.Line > 0 ? node.Start : Mark.Empty, message);
}
