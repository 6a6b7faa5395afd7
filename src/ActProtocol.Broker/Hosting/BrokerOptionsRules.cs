using System.Net;
using System.Runtime.CompilerServices;
using ActProtocol.Envelopes;

namespace ActProtocol.Broker.Hosting;

/// <summary>What is wrong with options: everything at once, a sentence each.</summary>
static class BrokerOptionsRules
{
    public static IReadOnlyList<string> Faults(BrokerOptions options)
    {
        List<string> faults = [];
        if (options.Data.Length == 0) faults.Add("Data is empty: name the data folder.");
        if (!ActId.IsValid($"{ActId.Scheme}{options.Authority}/broker")) faults.Add($"Authority is '{options.Authority}': labels out of a-z, 0-9 and '-', divided by dots, are expected.");
        if (options.Arbiter.Length > 0 && !ActId.IsValid(options.Arbiter)) faults.Add($"Arbiter is '{options.Arbiter}': an id as act://authority/name is expected.");
        if (!Enum.IsDefined(options.LogLevel)) faults.Add($"LogLevel is '{options.LogLevel}': Trace, Debug, Information, Warning, Error, Critical or None is expected.");
        Between(options.Port, 0, 65_535);
        Between(options.JsonPort, 0, 65_535);
        if (options.Port == options.JsonPort && options.Port != 0) faults.Add($"Port and JsonPort are both {options.Port}: two ports are needed.");
        Between(options.Partitions, 1, 1_024);
        Between(options.JsonBytesMax, 96 * 1024, 16 << 20);
        Between(options.UnprovenChecksPerSecond, 1, 1_000_000);
        Between(options.ConnectionChecksPerSecond, 1, 1_000_000);
        Between(options.ConnectionChecksWaitingMax, 1, 1_024);
        Between(options.ChecksWaitingMax, 1, 1_000_000);
        Between(options.RegistrationsMax, 1, 1_000_000);
        Between(options.RegistrationsPerSecond, 1, 1_000_000);
        Between(options.AddressRegistrationsMax, 1, 1_000_000);
        Between(options.AddressRegistrationsPerSecond, 1, 1_000_000);
        Between(options.ConnectionsMax, 1, 1_000_000);
        Between(options.StreamsMax, 1, 1_000_000);
        Between(options.StreamFaultsMax, 1, 1_000_000);
        Between(options.StreamFaultsPerSecond, 1, 1_000_000);
        Between(options.StreamBadSignaturesMax, 1, 1_000_000);
        Between(options.StreamBadSignaturesPerSecond, 1, 1_000_000);
        Within(options.ProveWithin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within(options.DrainWithin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        AddListenFaults(options, faults);
        return faults;

        void Between(int value, int from, int to, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (value < from || value > to) faults.Add($"{NameOf(name)} is {value}: {from} to {to} is expected.");
        }

        void Within(TimeSpan value, TimeSpan from, TimeSpan to, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (value < from || value > to) faults.Add($"{NameOf(name)} is {value}: {from} to {to} is expected.");
        }
    }

    public static bool IsLoopback(BrokerOptions options) => IPAddress.TryParse(options.Listen, out var address) && IPAddress.IsLoopback(address);

    static void AddListenFaults(BrokerOptions options, List<string> faults)
    {
        if (!IPAddress.TryParse(options.Listen, out _))
        {
            faults.Add($"Listen is '{options.Listen}': an address such as 127.0.0.1, 0.0.0.0 or :: is expected.");
        }
        else if (options.Certificate.Length == 0 && !options.InsecurePlaintext && !IsLoopback(options))
        {
            faults.Add($"Listen is '{options.Listen}', which others can reach, and there is no TLS: name a certificate, or say --insecure-plaintext.");
        }
        if (options.Certificate.Length == 0 && options.CertificateKey.Length > 0) faults.Add("CertificateKey is given without Certificate.");
        foreach (var path in (string[])[options.Certificate, options.CertificateKey])
        {
            if (path.Length > 0 && !File.Exists(path)) faults.Add($"There is no certificate file '{path}'.");
        }
    }

    static string NameOf(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}
