using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActProtocol.Tools;

/// <summary>An agent that does what the hook's verbs say.</summary>
interface IHooked : IAsyncDisposable
{
    /// <summary>The members of the answer beside ok.</summary>
    /// <exception cref="CannotException">It can't, and why.</exception>
    Task<JsonObject> DoAsync(string verb, JsonElement request);
}

/// <summary>The answer to a verb is no.</summary>
sealed class CannotException(string reason) : Exception(reason);

/// <summary>Reads a verb a line, and answers each with a line: <c>ok</c>, or <c>cannot</c> and why (conformance-tests/agents.md).</summary>
static class HookLoop
{
    public static async Task RunAsync(IHooked agent, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            var request = JsonElement.Parse(line);
            var (id, verb) = (request.GetProperty("id").GetInt64(), request.GetProperty("do").GetString()!);
            var answer = await AnswerAsync(agent, verb, request);
            answer["id"] = id;
            await output.WriteLineAsync(answer.ToJsonString());
            await output.FlushAsync(cancellationToken);
            if (verb == "end") return;
        }
    }

    static async Task<JsonObject> AnswerAsync(IHooked agent, string verb, JsonElement request)
    {
        try
        {
            var members = await agent.DoAsync(verb, request);
            members["ok"] = true;
            return members;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever kept it from being done is the answer; the log has all of it.
            await Console.Error.WriteLineAsync(fault.ToString());
            return new JsonObject { ["cannot"] = fault.Message };
        }
    }

    public static string Text(this JsonElement request, string name) => request.GetProperty(name).GetString()!;

    public static byte[] Hex(this JsonElement request, string name) => Convert.FromHexString(request.Text(name));
}
