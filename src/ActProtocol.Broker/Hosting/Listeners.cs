using System.Net;
using ActProtocol.Envelopes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActProtocol.Broker.Hosting;

/// <summary>The two ports, and what one connection may take of them.</summary>
static class Listeners
{
    const int StreamWindowBytes = 1 << 20;
    const int StreamsPerConnectionMax = 100;

    // Above what either way in takes, so that each refuses with its own code; streams have no end and are bounded a frame at a time.
    const int BodyBytesMax = 4 * EnvelopeLimits.FrameBytesMax;

    // The door closes connections beyond the bound by itself, which takes a moment.
    const int ConnectionsBeyond = 1_024;

    public static void Configure(KestrelServerOptions kestrel, BrokerOptions options, ConnectionDoor door)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax + ConnectionsBeyond;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        kestrel.Limits.RequestHeadersTimeout = options.ProveWithin;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * StreamWindowBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        var tls = options.Certificate.Length == 0 ? default : Certificates.Load(options);
        var address = IPAddress.Parse(options.Listen);
        kestrel.Listen(address, options.Port, listen => Configure(listen, HttpProtocols.Http2));
        kestrel.Listen(address, options.JsonPort, listen => Configure(listen, HttpProtocols.Http1));

        void Configure(ListenOptions listen, HttpProtocols protocols)
        {
            listen.Protocols = protocols;
            door.Watch(listen);
            if (tls.Certificate is not null) listen.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (tls.Certificate, tls.Chain));
        }
    }
}
