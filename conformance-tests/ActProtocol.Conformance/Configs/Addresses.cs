using System.Globalization;

namespace ActProtocol.Conformance.Configs;

/// <summary>Addresses that people write.</summary>
static class Addresses
{
    public static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0;

    /// <summary>Puts ports in their places.</summary>
    public static string Fill(string text, int port, int jsonPort) => text
        .Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{json_port}", jsonPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
