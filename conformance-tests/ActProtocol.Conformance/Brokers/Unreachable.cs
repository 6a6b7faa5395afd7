using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Why an address can't be read, in a sentence that says what to do.</summary>
static class Unreachable
{
    static readonly TimeSpan LookFor = TimeSpan.FromSeconds(2);

    public static async Task<SubjectGoneException> BecauseAsync(Uri address, Exception fault, CancellationToken cancellationToken)
    {
        var cause = (fault.InnerException ?? fault).Message.TrimEnd('.');
        var kind = (fault as HttpRequestException)?.HttpRequestError;
        if (kind is HttpRequestError.ConfigurationLimitExceeded || cause.Contains("more bytes to the buffer", StringComparison.Ordinal)) return new SubjectGoneException($"{address} answers with more than 1 MiB: no ACT broker is there.", fault);
        if (kind is HttpRequestError.NameResolutionError) return new SubjectGoneException($"{address} can't be reached: there is no host '{address.Host}'.", fault);
        if (kind is HttpRequestError.ConnectionError) return new SubjectGoneException($"{address} can't be reached: {cause}. Is the broker running, and is this its address?", fault);
        if (kind is HttpRequestError.SecureConnectionError && fault.InnerException is AuthenticationException { InnerException: null } certificate && certificate.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
        {
            return new SubjectGoneException($"{address} has a certificate that is not trusted: {cause}. 'tls_ca' in the config names the authority that is.", fault);
        }
        if (kind is HttpRequestError.SecureConnectionError) return new SubjectGoneException($"{address} does not speak TLS as https asks for ({cause}). Should the address begin with http?", fault);
        if (address.Scheme == "http" && await SpeaksTlsAsync(address, cancellationToken)) return new SubjectGoneException($"{address} speaks TLS: the address should begin with https.", fault);
        return new SubjectGoneException($"{address} does not answer as HTTP servers do: {cause}. Is this the broker's address?", fault);
    }

    static async Task<bool> SpeaksTlsAsync(Uri address, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(LookFor);
        var hasCertificate = false;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, late.Token);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    // Whoever shows one speaks TLS, whether it is trusted or not.
                    hasCertificate = certificate is not null;
                    return errors is SslPolicyErrors.None;
                },
            }, late.Token);
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // What was seen until then counts.
        }
        return hasCertificate;
    }
}
