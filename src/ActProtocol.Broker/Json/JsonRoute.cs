using System.Collections.Immutable;
using ActProtocol.V1;
using Google.Api;
using Google.Protobuf.Reflection;

namespace ActProtocol.Broker.Json;

/// <summary>A call as JSON over HTTP: what its proto says of it.</summary>
sealed record JsonRoute(string Verb, string Path, MethodDescriptor Method)
{
    /// <summary>All calls that have one, from the annotations of the services.</summary>
    public static readonly ImmutableArray<JsonRoute> All =
    [
        .. from service in (Google.Protobuf.Reflection.ServiceDescriptor[])[BrokerService.Descriptor, DirectoryService.Descriptor]
           from method in service.Methods
           let rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)
           where rule is not null
           select rule.PatternCase is HttpRule.PatternOneofCase.Get ? new JsonRoute("GET", rule.Get, method) : new JsonRoute("POST", rule.Post, method),
    ];

    public static JsonRoute? Find(string? path) => All.FirstOrDefault(route => route.Path == path);

    /// <summary>The field that a member of JSON names: by its JSON name or its name in the proto.</summary>
    public static FieldDescriptor? FieldOf(MessageDescriptor type, string name) =>
        type.FindFieldByName(name) ?? type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);
}
