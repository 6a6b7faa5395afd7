using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary><c>act send</c>: any envelope, from JSON.</summary>
static class SendCommand
{
    static readonly Argument<string> Content1 = new("content") { Description = "File with an act.v1.Content as ProtoJSON; '-' for standard input" };
    static readonly Option<string> As = new("--as") { Description = "Whose key signs: a name, an id or a key file", Required = true, HelpName = "name" };
    static readonly Option<string[]> Also = new("--also") { Description = "Further keys that sign, such as a principal's for an agent; may be repeated", HelpName = "name" };
    static readonly Option<string?> Operator = new("--operator-key") { Description = "Sign with this operator's key instead of --as", HelpName = "file" };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show the envelope and send nothing" };
    static readonly Option<string?> Save = new("--save") { Description = "Keep the envelope in a file, to resend the same bytes with 'act send FILE --sealed'", HelpName = "file" };
    static readonly Option<bool> IsSealed = new("--sealed") { Description = "The file is an envelope that --save kept: the same bytes, the same answer" };

    public static ActCommand Create()
    {
        var command = new ActCommand("send", "Send any envelope: content as ProtoJSON, the header filled in where it is absent, signed by a key file.", """
            act send register.json --as alice
            echo '{"requestPayout": {"amount": "10 CNY", "destination": "IBAN …"}}' | act send - --as alice
            act send quote.json --as tea-house --save quote.envelope
            act send quote.envelope --sealed

            register.json:
              {
                "header": { "traceparent": "…" },        // any part of it may be given; the rest is filled in
                "declineOrAnyOtherBody": { … }             // exactly one body: see protocol/act/v1/envelope.proto
              }
            Bytes are base64, amounts may be written "800 CNY", times of fields in _ms "2026-12-24T14:25+08:00".
            """)
        {
            Content1, As, Also, Operator, DryRun, Save, IsSealed,
        };
        As.Required = false;
        command.AddBroker();
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Value(IsSealed)) return await SendAsync(call, await call.ConnectAsync(cancellationToken), EnvelopeOf(call.Value(Content1)), cancellationToken);
        var content = ProtoPart.Read<Content>(JsonFile.Read(call.Value(Content1)).Root);
        if (content.BodyCase is Content.BodyOneofCase.None) throw new BadInputException($"{call.Value(Content1)}: there is no body, such as \"cancel\": {{ … }}. See protocol/act/v1/envelope.proto.");

        var session = await call.ConnectAsync(cancellationToken);
        var signer = call.Value(Operator) is { } path ? KeyRing.LoadOperator(path, session.Broker.Authority)
            : session.Keys.Load(call.Value(As) ?? throw new BadInputException("Name whose key signs, with --as NAME or --operator-key FILE."));
        Complete(content, session.Client.NewHeader(signer));
        var envelope = Sealing.Seal(content, [signer.Signer, .. (call.Value(Also) ?? []).Select(name => session.Keys.Load(name).Signer)]);
        if (call.Value(Save) is { } kept) await File.WriteAllBytesAsync(kept, envelope.ToByteArray(), cancellationToken);
        return await SendAsync(call, session, envelope, cancellationToken);
    }

    // What was written stays; what was left out is filled in.
    static void Complete(Content content, Header usual)
    {
        var header = content.Header ??= new Header();
        foreach (var field in Header.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated || field.Name is "version_minor" or "transaction_id" or "follows" or "mandate") continue;
            if (Equals(field.Accessor.GetValue(header), field.Accessor.GetValue(new Header()))) field.Accessor.SetValue(header, field.Accessor.GetValue(usual));
        }
    }

    static async Task<int> SendAsync(Call call, Session session, Envelope envelope, CancellationToken cancellationToken)
    {
        using var ends = session;
        var content = Content.Parser.ParseFrom(envelope.Content);
        if (content.BodyCase is Content.BodyOneofCase.Ask) throw new BadInputException("Questions have commands of their own: act account, act trace, act outcome, act mandate show, act inbox, act payout list.");
        var (digest, header) = (SignedBytes.DigestOf(envelope.Content.Span), content.Header);
        var told = new
        {
            digest = digest.ToString(),
            message = Convert.ToHexStringLower(header.MessageId.Span),
            sender = header.Sender,
            body = BodyName(content),
            envelope = envelope.ToByteString().ToBase64(),
        };
        session.Screen.Tell("envelope", $"{told.body} by {told.sender}, message {told.message}\n  digest {digest}, {envelope.Content.Length} bytes, {Words.Count(envelope.Signatures.Count, "signature")}", told);
        if (call.Value(DryRun))
        {
            if (!session.Screen.Json) session.Screen.Raw(Inert.Json(JsonFormatter.Default.Format(content)) + "\n");
            session.Screen.Tell("dry_run", "Nothing was sent.", new { digest = told.digest });
            return ExitCodes.Fine;
        }
        var decision = (await session.Client.SendAsync(envelope, cancellationToken)).OrThrow();
        OutcomeCommand.Tell(session.Screen, decision, digest.ToString());
        return ExitCodes.Fine;
    }

    static string BodyName(Content content) => Content.Descriptor.FindFieldByNumber((int)content.BodyCase)?.JsonName ?? "";

    static Envelope EnvelopeOf(string path)
    {
        try
        {
            var envelope = Envelope.Parser.ParseFrom(JsonFile.BytesOf(path));
            if (Content.Parser.ParseFrom(envelope.Content).Header is not null) return envelope;
        }
        catch (InvalidProtocolBufferException)
        {
            // Told below, as an envelope without a header is.
        }
        throw new BadInputException($"'{path}' is no envelope: 'act send --save FILE' keeps one.");
    }
}
