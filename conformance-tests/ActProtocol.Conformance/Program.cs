using System.CommandLine;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Commands;

// A table of contents: each command is a file in Commands/.
var root = new RootCommand("Tells what an ACT broker, agent, codec or verifier gets wrong.")
{
    // Test something.
    InitCommand.Create(), BrokerCommand.Create(), CodecCommand.Create(SubjectKind.Codec), CodecCommand.Create(SubjectKind.Verifier), AgentCommand.Create(),
    // What is asked.
    ListCommand.Create(), ExplainCommand.Create(), CoverageCommand.Create(),
    // Look at a failure, put reports together.
    ReplayCommand.Create(), MinimiseCommand.Create(), ReportCommand.Create(),
};
return await SuiteProgram.RunAsync(root, args);
