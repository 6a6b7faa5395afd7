using System.CommandLine;
using System.CommandLine.Help;
using ActProtocol.Tools;

// A table of contents: each command is a file in Commands/.
var root = new RootCommand("ACT: software agents buy and sell under the control of the people whose money it is.")
{
    // See it, run it.
    DemoCommand.Create(), UpCommand.Create(), BrokerCommand.Create(), AuditCommand.Create(),
    // Who is who.
    KeysCommand.Create(), RegisterCommand.Create(), FindCommand.Create(),
    // Money and authority.
    FundCommand.Create(), AccountCommand.Create(), PayoutCommand.Create(), MandateCommand.Create(), ApproveCommand.Create(), ApproveCommand.CreateDeny(),
    // Buying and selling.
    BuyCommand.Create(), SellCommand.Create(),
    // What happened.
    InboxCommand.Create(), TraceCommand.Create(), OutcomeCommand.Create(), ReceiptCommand.Create(),
    // Anything else.
    SendCommand.Create(), TransitionsCommand.Create(), CodecCommand.Create(), HookedCommand.Create(), CompletionsCommand.Create(),
    Globals.Json, Globals.Verbose, Globals.EndWithInput,
};
foreach (var step in StepCommand.All()) root.Add(step);
return await ActProgram.RunAsync(root, args);
