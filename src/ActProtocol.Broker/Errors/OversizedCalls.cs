using System.Globalization;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Broker.Errors;

/// <summary>Gives a call whose message is above the bound its refusal (ERR-04).</summary>
/// <remarks>The framework refuses such a message from its length, before it is read and before any interceptor; so what it said
/// stands in the answer without details, and is replaced there. Every other RESOURCE_EXHAUSTED is a refusal of ours, and has them.</remarks>
static class OversizedCalls
{
    const string StatusTrailer = "grpc-status";
    const string MessageTrailer = "grpc-message";
    const string DetailsTrailer = "grpc-status-details-bin";

    static readonly string ResourceExhausted = ((int)StatusCode.ResourceExhausted).ToString(CultureInfo.InvariantCulture);

    public static async Task TellAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        // An answer that is an error alone has its trailers among the headers.
        if (context.Response.HasStarted) return;
        var trailers = context.Response.Headers;
        if (trailers[StatusTrailer] != ResourceExhausted || trailers.ContainsKey(DetailsTrailer)) return;

        var status = new Refusal(ErrorCode.TooLarge, "message of a call").ToWire();
        trailers[StatusTrailer] = status.Code.ToString(CultureInfo.InvariantCulture);
        trailers[MessageTrailer] = Uri.EscapeDataString(status.Message);
        trailers[DetailsTrailer] = Convert.ToBase64String(status.ToByteArray());
    }
}
