using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Broker.Hosting;

public class TlsTests
{
    [Theory]
    [InlineData("pem")]
    [InlineData("pem and key")]
    [InlineData("pfx")]
    public async Task Both_ports_speak_TLS_with_the_certificate_of_the_file(string kind)
    {
        using var certificate = NewCertificate();
        var (file, key, password) = Write(certificate, kind);
        var host = await BrokerHost.StartAsync(
            new BrokerOptions { Data = TestBroker.NewFolder(), Port = 0, JsonPort = 0, Play = true, Listen = "0.0.0.0", Certificate = file, CertificateKey = key, CertificatePassword = password },
            TimeProvider.System, TestBroker.Stop);
        await using (host)
        {
            using var http = new HttpClient(NewHandler());
            var (grpc, json) = (new Uri(host.Grpc), new Uri(host.Json));
            Assert.Equal(("https", "https"), (grpc.Scheme, json.Scheme));

            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"https://127.0.0.1:{json.Port}/health", TestBroker.Stop)).StatusCode);
            using var channel = GrpcChannel.ForAddress($"https://127.0.0.1:{grpc.Port}", new GrpcChannelOptions { HttpHandler = NewHandler(), DisposeHttpClient = true });
            var found = await new DirectoryService.DirectoryServiceClient(channel).FindSellersAsync(new FindSellersRequest { Capability = "x" }, cancellationToken: TestBroker.Stop);
            Assert.Empty(found.Sellers);
            // Not without it.
            using var plain = GrpcChannel.ForAddress($"http://127.0.0.1:{grpc.Port}");
            await Assert.ThrowsAsync<RpcException>(async () =>
                await new DirectoryService.DirectoryServiceClient(plain).FindSellersAsync(new FindSellersRequest { Capability = "x" }, cancellationToken: TestBroker.Stop));
        }

        SocketsHttpHandler NewHandler() => new()
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() },
        };
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_is_told_in_a_sentence()
    {
        var file = Path.Combine(TestBroker.NewFolder(), "broken.pem");
        File.WriteAllText(file, "-----BEGIN NONSENSE-----");

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => TestBroker.StartAsync(options => options with { Certificate = file }));

        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
    }

    static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=broker.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    static (string File, string Key, string Password) Write(X509Certificate2 certificate, string kind)
    {
        var folder = TestBroker.NewFolder();
        using var key = certificate.GetECDsaPrivateKey()!;
        var (file, keyFile) = (Path.Combine(folder, "broker.crt"), Path.Combine(folder, "broker.key"));
        switch (kind)
        {
            case "pem":
                File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
                return (file, "", "");
            case "pem and key":
                File.WriteAllText(file, certificate.ExportCertificatePem());
                File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
                return (file, keyFile, "");
            default:
                File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx, "a password"));
                return (file, "", "a password");
        }
    }
}
