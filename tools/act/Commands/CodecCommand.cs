namespace ActProtocol.Tools;

/// <summary><c>act codec</c>: this implementation's rules, for the conformance suite and whoever wants to compare.</summary>
static class CodecCommand
{
    public static ActCommand Create()
    {
        var command = new ActCommand("codec", "Answer what this implementation makes of bytes: a JSON object a line in, one a line out (conformance-tests/codec.md).", """
            act codec < requests.ndjson
            act-conformance codec -- act codec
            """);
        command.Does(async (_, cancellationToken) =>
        {
            using var input = Console.OpenStandardInput();
            await using var output = Console.OpenStandardOutput();
            await CodecLines.AnswerAsync(input, output, cancellationToken);
            return ExitCodes.Fine;
        });
        return command;
    }
}
