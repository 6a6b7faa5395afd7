using System.ComponentModel;
using System.Reflection;

namespace ActProtocol.Broker.Hosting;

/// <summary>Options from a file, the environment and the command line, each overruling the one before.</summary>
public static class BrokerConfiguration
{
    /// <param name="file">A JSON file with a section <c>Act</c>; null: <c>appsettings.json</c> of the working directory, if there is one.</param>
    /// <param name="commandLine">What was said there, by the names of options.</param>
    /// <exception cref="BrokerOptionsException">Something is wrong; says everything that is.</exception>
    public static BrokerOptions Load(string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        if (file is not null && !File.Exists(file)) throw new BrokerOptionsException([$"There is no configuration file '{file}'."]);
        IConfigurationRoot root;
        try
        {
            root = new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(file ?? "appsettings.json"), optional: file is null)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(commandLine.Select(pair => KeyValuePair.Create($"{BrokerOptions.Section}:{pair.Key}", pair.Value)))
                .Build();
        }
        catch (Exception fault) when (fault is InvalidDataException or FormatException)
        {
            throw new BrokerOptionsException([$"{fault.Message} {fault.InnerException?.Message}".TrimEnd()]);
        }
        return Bind(root.GetSection(BrokerOptions.Section));
    }

    /// <exception cref="BrokerOptionsException">Something is wrong; says everything that is.</exception>
    public static void Validate(BrokerOptions options)
    {
        if (BrokerOptionsRules.Faults(options) is { Count: > 0 } faults) throw new BrokerOptionsException(faults);
    }

    static BrokerOptions Bind(IConfigurationSection section)
    {
        // One by one, so that all that cannot be read is told at once, and so is what nobody asked for.
        var options = new BrokerOptions { Data = "act-data" };
        List<string> faults = [];
        foreach (var child in section.GetChildren())
        {
            if (typeof(BrokerOptions).GetProperty(child.Key, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance) is not { } property)
            {
                faults.Add($"{child.Key} is no option of a broker.");
            }
            else if (!TryConvert(property.PropertyType, child.Value, out var value))
            {
                faults.Add($"{property.Name} is '{child.Value}', which is no {property.PropertyType.Name}.");
            }
            else
            {
                property.SetValue(options, value);
            }
        }
        faults.AddRange(BrokerOptionsRules.Faults(options));
        return faults.Count == 0 ? options : throw new BrokerOptionsException(faults);
    }

    static bool TryConvert(Type type, string? text, out object? value)
    {
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text ?? "");
            return true;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException)
        {
            value = null;
            return false;
        }
    }
}

/// <summary>Options that cannot be: all that is wrong with them.</summary>
public sealed class BrokerOptionsException(IReadOnlyList<string> faults) : InvalidOperationException(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
