using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Bodies of envelopes, by their types.</summary>
static class Bodies
{
    static readonly OneofDescriptor Body = Content.Descriptor.Oneofs.Single(oneof => oneof.Name == "body");

    public static Content With(this Content content, IMessage body)
    {
        Body.Fields.Single(field => field.MessageType == body.Descriptor).Accessor.SetValue(content, body);
        return content;
    }

    /// <summary>What <paramref name="content"/> carries, for people.</summary>
    public static string NameOf(ByteString content)
    {
        try
        {
            return Content.Parser.ParseFrom(content).BodyCase.ToString();
        }
        catch (InvalidProtocolBufferException)
        {
            return "bytes";
        }
    }
}

/// <summary>Amounts of the currency for tests.</summary>
static class Xts
{
    public const string Code = "XTS";

    public static Money Of(long units, int nanos = 0) => new() { CurrencyCode = Code, Units = units, Nanos = nanos };

    public static Int128 NanosOf(Money money) => ((Int128)money.Units * 1_000_000_000) + money.Nanos;
}
