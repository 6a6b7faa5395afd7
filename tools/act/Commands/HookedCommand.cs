using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary><c>act hooked</c>: the SDK's buyer or seller under the control hook of the conformance suite.</summary>
static class HookedCommand
{
    static readonly Option<string> Role = new("--role") { Description = "buyer or seller", Required = true, HelpName = "role" };

    public static ActCommand Create()
    {
        var command = new ActCommand("hooked", "Be the SDK's buyer or seller under the control hook of the conformance suite: one verb a line on the standard input, one answer on the standard output.", """
            act-conformance agent --role seller -- act hooked --role seller
            act-conformance agent --role buyer -- act hooked --role buyer
            """)
        {
            Role,
        };
        command.Does(async (call, cancellationToken) =>
        {
            var role = call.Value(Role);
            await using IHooked agent = role switch
            {
                "seller" => new HookedSeller(cancellationToken),
                "buyer" => new HookedBuyer(cancellationToken),
                _ => throw new BadInputException($"--role: '{role}' is neither 'buyer' nor 'seller'."),
            };
            await HookLoop.RunAsync(agent, Console.In, Console.Out, cancellationToken);
            return ExitCodes.Fine;
        });
        return command;
    }
}
