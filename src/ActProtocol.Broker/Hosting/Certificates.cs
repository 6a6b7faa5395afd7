using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActProtocol.Broker.Hosting;

/// <summary>The certificate of both ports, from a PEM or a PFX file.</summary>
static class Certificates
{
    /// <returns>The certificate with its key, and what else the file holds: its chain.</returns>
    /// <exception cref="FormatException">The file holds no certificate with a key; says which file.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(BrokerOptions options)
    {
        var path = options.Certificate;
        try
        {
            var chain = new X509Certificate2Collection();
            if (File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal))
            {
                chain.ImportFromPemFile(path);
                var key = options.CertificateKey.Length > 0 ? options.CertificateKey : path;
                var certificate = options.CertificatePassword.Length > 0
                    ? X509Certificate2.CreateFromEncryptedPemFile(path, options.CertificatePassword, key)
                    : X509Certificate2.CreateFromPemFile(path, key);
                return (certificate, chain);
            }
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, options.CertificatePassword);
            return (chain.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("there is no private key in it."), chain);
        }
        catch (CryptographicException fault)
        {
            throw new FormatException($"'{path}' cannot serve TLS: {fault.Message}", fault);
        }
    }
}
