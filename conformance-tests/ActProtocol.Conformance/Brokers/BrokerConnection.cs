using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Brokers;

/// <summary>From a config, and what was typed, to a broker that answers: started if need be.</summary>
sealed class BrokerConnection(ConfigFile config, string? grpc, string? json) : IAsyncDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    static readonly Uri Nowhere = new("http://localhost");

    StartedBroker? _started;
    BrokerTarget? _target;

    public bool IsStarted => _started is not null;

    /// <exception cref="BadInputException">Nothing says where the broker is, or what does is no address.</exception>
    public static void MustBeNamed(SuiteConfig config, string? grpc, string? json)
    {
        foreach (var (option, address) in new[] { ("--target", grpc), ("--target-json", json) })
        {
            if (address is not null && !Addresses.IsAddress(address)) throw new BadInputException($"{option}: '{address}' is no address such as https://broker.example:8443.");
        }
        if (grpc is null && config.Target.Grpc is null && config.Start is null)
        {
            throw new BadInputException($"Which broker? Name it by --target, or in a config by 'target' or 'start'; 'act-conformance init --target ADDRESS' writes one.");
        }
    }

    public async Task<BrokerTarget> OpenAsync(CancellationToken cancellationToken)
    {
        var (authorities, @operator) = (Authorities(), OperatorKey());
        if (config.Value.Start is { } start && grpc is null) _started = await StartedBroker.StartAsync(start, config.Folder, config.Value.Target.Json ?? config.Value.Target.Grpc, new Reached(Nowhere, Nowhere, authorities).NewHandler, cancellationToken);
        var limits = config.Value.Limits;
        var reached = new Reached(GrpcAddress(), JsonAddress(), authorities, new CommandHooks(config, _started), @operator is null ? null : new Party(config.Value.Provision.OperatorId!, @operator));
        _target = await BrokerTarget.ConnectAsync(reached, new Waits(limits.Answer, limits.Deliver, limits.Slow), cancellationToken);
        if (config.Value.Target.Authority is { } authority && authority != _target.Discovery.Authority) throw new SubjectGoneException($"The broker says it is {_target.Id}; the config expects the authority '{authority}'.");
        return _target;
    }

    /// <summary>Whether it answers again, looked for as long as an answer may take.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_target!.Waits.AnswerMax);
        try
        {
            while (true)
            {
                try
                {
                    _ = await Discovery.FetchAsync(_target.Http, _target.Json, late.Token);
                    await GrpcPort.MustAnswerAsync(_target, late.Token);
                    return true;
                }
                catch (SubjectGoneException)
                {
                    await Task.Delay(LookEvery, late.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _target?.Dispose();
        if (_started is not null) await _started.DisposeAsync();
    }

    Uri GrpcAddress() => new(grpc ?? Fill(config.Value.Target.Grpc ?? "http://127.0.0.1:{port}"));

    Uri JsonAddress() => new(json ?? grpc ?? Fill(config.Value.Target.Json ?? (_started?.HasJsonPort is true ? "http://127.0.0.1:{json_port}" : config.Value.Target.Grpc ?? "http://127.0.0.1:{port}")));

    string Fill(string address) => _started?.Fill(address) ?? address;

    X509Certificate2Collection? Authorities()
    {
        if (config.Value.Target.TlsCa is not { } name) return null;
        var path = config.Resolve(name);
        if (!File.Exists(path)) throw new BadInputException($"'tls_ca': there is no file '{path}'.");
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"'tls_ca': '{path}' can't be read as PEM: {fault.Message.TrimEnd('.')}.", fault);
        }
        return authorities.Count > 0 ? authorities : throw new BadInputException($"'tls_ca': '{path}' holds no certificate in PEM.");
    }

    KeyPair? OperatorKey()
    {
        if (config.Value.Provision.OperatorKey is not { } name) return null;
        var path = config.Resolve(name);
        if (!File.Exists(path)) throw new BadInputException($"'operator_key': there is no file '{path}'.");
        try
        {
            var seed = Convert.FromHexString(File.ReadAllText(path).Trim());
            if (seed.Length != 32) throw new FormatException();
            config.AddSecrets(Redactor.FormsOf(seed));
            return new KeyPair(seed);
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"'operator_key': '{path}' does not hold 64 hexadecimal digits, an Ed25519 seed.", fault);
        }
    }
}
