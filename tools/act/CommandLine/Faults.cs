using System.Net.Sockets;
using ActProtocol.Client;
using ActProtocol.Errors;
using Grpc.Core;

namespace ActProtocol.Tools;

/// <summary>The one place where a fault becomes a sentence and an exit code.</summary>
static class Faults
{
    public static async Task<int> GuardAsync(Screen screen, bool verbose, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception fault)
        {
            var (code, sentence, name) = Sentence(fault, verbose);
            screen.Fail(sentence, code, name);
            if (verbose) await Console.Error.WriteLineAsync(fault.ToString());
            return code;
        }
    }

    static (int Code, string Sentence, string? Name) Sentence(Exception fault, bool verbose) => fault switch
    {
        OperationCanceledException => (ExitCodes.Interrupted, "Interrupted.", null),
        BadInputException => (ExitCodes.BadInput, fault.Message, null),
        FailedException => (ExitCodes.Failed, fault.Message, null),
        NoBrokerException => (ExitCodes.Unreachable, fault.Message, null),
        ActRefusedException refused => (ExitCodes.Failed, Advice.Sentence(refused.Refusal), refused.Refusal.Code.Entry.Name),
        MailboxClosedException => (ExitCodes.Failed, fault.Message, null),
        WrongBrokerException => (ExitCodes.Unreachable, $"What answers is not the broker it says it is: {fault.Message}", null),
        BrokerUnreachableException => (ExitCodes.Unreachable, $"The broker does not answer: {fault.Message.TrimEnd('.')}. Is 'act up' running, and is --broker its gRPC address?", null),
        TimeoutException => (ExitCodes.Unknown, "What became of it is not known: the broker did not answer in time. Run the same again, or ask with 'act outcome'.", null),
        RpcException rpc => (ExitCodes.Unreachable, $"The broker does not answer: {rpc.Status.Detail.TrimEnd('.')}. Is 'act up' running, and is --broker its gRPC address?", null),
        HttpRequestException or SocketException => (ExitCodes.Unreachable, $"The broker cannot be reached: {fault.Message.TrimEnd('.')}. Is 'act up' running?", null),
        // What the client and the formats say of a file or an id is written for people.
        FormatException or UnauthorizedAccessException or IOException => (ExitCodes.BadInput, fault.Message, null),
        _ => (ExitCodes.Fault, $"A fault of act itself ({fault.GetType().Name}): {fault.Message.TrimEnd('.')}."
            + (verbose ? "" : " Run it again with --verbose to see where, and report that."), null),
    };
}
