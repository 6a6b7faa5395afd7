using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>What a stage does beside what its case is about: at level 1 what every agent must take, at 2 a fault at a time, at 3 a forgery at a time.</summary>
static class StageUnkindness
{
    static readonly TimeSpan CutAfter = TimeSpan.FromMilliseconds(20);

    /// <summary>Content of a party of the suite's, as it may be written (ENV-03, ENV-14, ENV-18).</summary>
    public static ByteString Encode(Content content, UnkindScript script)
    {
        if (script.Level < 1) return content.ToByteString();
        var (step, random) = script.Next();
        switch (random.Number(5))
        {
            case 0:
                script.Note(step, $"{content.BodyCase} with an unknown field");
                return ByteString.CopyFrom([.. content.ToByteArray(), .. Raw.Bytes(9_001, random.Bytes(5))]);
            case 1:
                script.Note(step, $"{content.BodyCase} with a non-critical extension");
                content.Header.Extensions.Add(new V1.Extension { Name = "unkind.note", Value = ByteString.CopyFrom(random.Bytes(9)) });
                return content.ToByteString();
            case 2:
                script.Note(step, $"{content.BodyCase} with its body before its header");
                return ByteString.CopyFrom(Raw.Reversed(content.ToByteArray()));
            default:
                return content.ToByteString();
        }
    }

    /// <summary>A fault at a step of the subject's, at level 2 and above.</summary>
    public static Reaction? Reaction(Content content, UnkindScript script)
    {
        if (script.Level < 2 || content.BodyCase is Content.BodyOneofCase.Register or Content.BodyOneofCase.Mandate or Content.BodyOneofCase.Fund) return null;
        var (step, random) = script.Next();
        Reaction? reaction = random.Number(8) switch
        {
            0 => new Reaction.LoseAnswer(),
            1 => new Reaction.Lose(),
            2 => new Reaction.Refuse("overloaded", TimeSpan.FromMilliseconds(50)),
            _ => null,
        };
        if (reaction is not null) script.Note(step, $"{content.BodyCase}: {reaction.GetType().Name}");
        return reaction;
    }

    /// <summary>Delivers, and what else.</summary>
    public static void Push(Stage stage, StageStream stream, StageMail mail, bool exact)
    {
        var delivery = stage.DeliveryOf(mail);
        var draw = 0;
        var (step, random) = exact || stage.Unkind.Level < 1 ? (0, null) : stage.Unkind.Next();
        if (random is not null) draw = random.Number(12);
        if (stage.Unkind.Level >= 3 && draw == 9)
        {
            var fault = random!.Pick(StageProofs.Faults);
            stage.Unkind.Note(step, $"a forged delivery first: {fault}");
            Write(stage, stream, new Delivery(delivery) { Receipt = stage.Proofs.Of(mail.Record.Bytes, fault) });
        }
        Write(stage, stream, delivery);
        if (draw is 1 or 2)
        {
            stage.Unkind.Note(step, "delivered twice");
            Write(stage, stream, new Delivery(delivery) { Attempt = delivery.Attempt + 1 });
        }
        if (stage.Unkind.Level >= 2 && draw == 8)
        {
            stage.Unkind.Note(step, "the stream is cut after a delivery");
            _ = CutLaterAsync(stream);
        }
    }

    static void Write(Stage stage, StageStream stream, Delivery delivery)
    {
        stage.Transcript.Add(sent: true, $"delivers to {delivery.Agent}", Delivery.Descriptor.FullName, delivery.ToByteArray());
        stream.Write(new ConnectResponse { Deliveries = { delivery } });
    }

    static async Task CutLaterAsync(StageStream stream)
    {
        await Task.Delay(CutAfter);
        stream.Cut();
    }
}
