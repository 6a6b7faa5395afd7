namespace ActProtocol.Envelopes;

/// <summary>Bounds of version 1 that every receiver shares (spec/envelopes.md).</summary>
public static class EnvelopeLimits
{
    public const int ContentBytesMax = 65_536;
    public const int SignaturesMax = 4;
    public const int RecipientsMax = 16;
    public const int ExtensionsMax = 16;
    public const int ExtensionNameMax = 64;
    public const int ExtensionBytesMax = 4_096;
    public const int FrameBytesMax = 1 << 20;
    public const int FrameEnvelopesMax = 256;

    /// <summary>How far ahead of the broker's clock an envelope may have been sent.</summary>
    public const long SkewMs = 60_000;

    /// <summary>The longest time between sent_at and expires_at.</summary>
    public const long LifetimeMs = 24 * 60 * 60 * 1000;
}
