using System.Diagnostics;
using System.Net.Mime;
using System.Security.Cryptography;
using ActProtocol.Broker.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ActProtocol.Broker.Json;

/// <summary>In front of everything that is JSON over HTTP: bounds what comes, lets strict ProtoJSON through, and sees to it that every error is a
/// <c>google.rpc.Status</c> as JSON.</summary>
sealed class JsonDoor(RequestDelegate next, BrokerOptions options, ILoggerFactory loggers)
{
    // Of a body that is too large; beyond it the connection is cut.
    const int PassedOverMax = 64 << 20;

    static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(Google.Rpc.ErrorDetailsReflection.Descriptor)));

    readonly ILogger _logger = loggers.CreateLogger(BrokerLog.Category);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true && context.Request.Protocol == HttpProtocol.Http2)
        {
            await next(context);
            return;
        }
        try
        {
            if (JsonRoute.Find(context.Request.Path) is { } route && await FaultAsync(context.Request, route) is var (refusal, status))
            {
                await WriteAsync(context, refusal, status);
                return;
            }
            await next(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            if (fault is BadHttpRequestException bad)
            {
                await WriteAsync(context, new Refusal(ErrorCode.Malformed, "request"), bad.StatusCode);
                return;
            }
            var correlation = Activity.Current?.TraceId.ToString() ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
            _logger.CallFailed(fault, context.Request.Path, correlation);
            await WriteAsync(context, new Refusal(ErrorCode.Internal, $"correlation id {correlation}"), StatusCodes.Status500InternalServerError);
        }
        // Refused before anybody looked at it: no such path, or not by this verb.
        if (!context.Response.HasStarted && context.Response.StatusCode >= StatusCodes.Status400BadRequest && context.Response.ContentType is null)
        {
            await WriteAsync(context, new Refusal(ErrorCode.Malformed, $"no such call; see {OpenApi.Path}"), context.Response.StatusCode);
        }
    }

    async Task<(Refusal, int)?> FaultAsync(HttpRequest request, JsonRoute route)
    {
        if (route.Verb != request.Method) return (new Refusal(ErrorCode.Malformed, $"{route.Verb} is expected"), StatusCodes.Status405MethodNotAllowed);
        if (route.Verb == "GET") return QueryFault(request.Query, route.Method.InputType) is { } wrong ? Malformed(wrong) : null;
        if (request.Query.Count > 0) return Malformed("a query");
        if (!IsJsonInUtf8(request.ContentType))
        {
            return (new Refusal(ErrorCode.Malformed, "content type: application/json in UTF-8 is expected"), StatusCodes.Status415UnsupportedMediaType);
        }
        if (await ReadAsync(request) is not { } body) return (new Refusal(ErrorCode.TooLarge, "body"), StatusCodes.Status413PayloadTooLarge);
        if (StrictJson.Fault(body.Span, route.Method.InputType, out var plain) is { } fault) return Malformed(fault);
        request.Body = new MemoryStream(plain, writable: false);
        request.ContentLength = plain.Length;
        request.ContentType = MediaTypeNames.Application.Json;
        return null;
    }

    // What is checked here is read as UTF-8: in another character set, what is checked and what is decided would be two texts.
    static bool IsJsonInUtf8(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    // Null when it is above the bound.
    async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request)
    {
        // What is above it is passed over by the server until the answer was sent, and within its own limits; were the connection cut instead,
        // a client that is still sending would never see the answer.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = PassedOverMax;
        if (request.ContentLength > options.JsonBytesMax) return null;
        var read = new MemoryStream();
        var part = new byte[Math.Min(options.JsonBytesMax + 1, 16 * 1024)];
        for (int count; (count = await request.Body.ReadAsync(part, request.HttpContext.RequestAborted)) > 0;)
        {
            if (read.Length + count > options.JsonBytesMax) return null;
            read.Write(part, 0, count);
        }
        return read.GetBuffer().AsMemory(0, (int)read.Length);
    }

    static string? QueryFault(IQueryCollection query, MessageDescriptor type)
    {
        HashSet<string> seen = [];
        foreach (var (name, values) in query)
        {
            if (JsonRoute.FieldOf(type, name) is not { } field) return $"parameter '{(name.Length <= 64 ? name : name[..64])}' is unknown";
            if (values.Count != 1 || !seen.Add(field.Name)) return $"parameter '{field.JsonName}' stands twice";
            if (field.FieldType is FieldType.UInt32 && !uint.TryParse(values[0], System.Globalization.NumberStyles.None, null, out _)) return $"parameter '{field.JsonName}' is no number";
        }
        return null;
    }

    static (Refusal, int)? Malformed(string detail) => (new Refusal(ErrorCode.Malformed, detail), StatusCodes.Status400BadRequest);

    static async Task WriteAsync(HttpContext context, Refusal refusal, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        await context.Response.WriteAsync(Formatter.Format(refusal.ToWire()), context.RequestAborted);
    }
}
