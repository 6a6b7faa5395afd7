using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act sell</c>: one kind of goods, as many as there are.</summary>
static class SellCommand
{
    static readonly Option<string> Catalogue = new("--catalogue") { Description = "What is sold (JSON)", Required = true, HelpName = "file" };

    public static ActCommand Create()
    {
        var command = new ActCommand("sell", "Sell from a catalogue until Ctrl-C: quotes for intents, confirms locks while there is stock.", $"""
            act sell --catalogue my-catalogue.json

            {CatalogueFile.Sample}
            """)
        {
            Catalogue,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var path = call.Value(Catalogue);
            var catalogue = CatalogueFile.Read(path);
            using var session = await call.ConnectAsync(cancellationToken);
            using var stock = OpenStock($"{path}.sold", catalogue.Stock);
            return await SellAsync(session, catalogue, stock, cancellationToken);
        });
        return command;
    }

    static Stock OpenStock(string path, int count)
    {
        try
        {
            return Stock.Open(path, count);
        }
        catch (FormatException fault)
        {
            throw new BadInputException(fault.Message, fault);
        }
        catch (IOException fault)
        {
            throw new BadInputException($"'{path}', which remembers what is promised, cannot be opened: another 'act sell' of this catalogue is running. Stop that one first.", fault);
        }
    }

    static async Task<int> SellAsync(Session session, CatalogueFile catalogue, Stock stock, CancellationToken cancellationToken)
    {
        var timeline = new Timeline(session.Screen, TimeProvider.System);
        var (_, agent) = await session.EnterAsync(catalogue.Seller, catalogue.Listing, cancellationToken);
        var seller = new Seller(session.Client, agent, new Shop(catalogue, stock)) { Seen = mail => Tell(timeline, agent, stock, mail) };
        var selling = seller.RunAsync(cancellationToken);
        if (await Task.WhenAny(seller.Ready, selling) == seller.Ready)
        {
            timeline.Tell("ready", catalogue.Seller, $"Sells {Inert.Quote(catalogue.Title)} at {catalogue.Price}; {stock.Left} left. Ctrl-C ends it.", new { seller = agent.Id, left = stock.Left }, "green");
        }
        try
        {
            await selling;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how selling ends.
        }
        session.Screen.Tell("ended", $"{stock.Left} left of {catalogue.Stock}.", new { left = stock.Left });
        return ExitCodes.Fine;
    }

    static void Tell(Timeline timeline, ActIdentity agent, Stock stock, Mail mail)
    {
        var from = Words.Short(mail.Content?.Header.Sender ?? mail.Record.Broker);
        var (transaction, state) = (mail.TransactionFor(agent.Id), mail.Accepted?.State);
        var sentence = mail.Step switch
        {
            StepKind.Intent => $"Asks for an offer: {Inert.Quote(mail.Content!.Intent.Words)}.",
            StepKind.Counter => "Asks for another offer.",
            StepKind.Lock => "Locks: asks to hold the goods.",
            StepKind.Commit => "Commits: the money is taken.",
            StepKind.Settle => $"Settles: {Words.Of(mail.Accepted?.Payment?.Amount)} are paid.",
            _ => state is null or TransactionState.Unspecified ? $"{mail.Step}." : $"{mail.Step}: now {Words.Of(state)}.",
        };
        timeline.Tell("mail", from, sentence, new { step = mail.Step.ToString(), state = state?.ToString(), transaction = transaction.ToString(), left = stock.Left });
    }
}
