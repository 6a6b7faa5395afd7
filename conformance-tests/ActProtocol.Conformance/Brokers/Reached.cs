using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ActProtocol.Conformance.Brokers;

/// <summary>How a broker is reached, and what comes with it.</summary>
/// <param name="Authorities">Those whose certificates are right; null: the machine's.</param>
sealed record Reached(Uri Grpc, Uri Json, X509Certificate2Collection? Authorities = null, IBrokerHooks? Hooks = null, Party? Operator = null)
{
    public SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ConnectCallback = Connecting.OpenAsync, ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false };
        if (Authorities is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Authorities);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
        return handler;
    }
}
