using System.Buffers.Text;
using System.CommandLine;
using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act keys</c>: key files, made and shown. Needs no broker.</summary>
static class KeysCommand
{
    static readonly Argument<string> Name = new("name") { Description = "Name, id (act://authority/name) or key file" };
    static readonly Option<string?> Principal = new("--principal") { Description = "The principal it acts for; else it is a principal itself", HelpName = "name" };
    static readonly Option<string> Authority = new("--authority") { Description = "Authority of a name that is no id", DefaultValueFactory = _ => "local" };
    static readonly Option<bool> Passphrase = new("--passphrase") { Description = "Encrypt the key with a passphrase that is asked for" };
    static readonly Option<string?> Out = new("--out") { Description = "File to write instead of the output", HelpName = "file" };

    public static ActCommand Create() => new("keys", "Key files: make, list, show, thumbprint, export.") { Make(), List(), Show(), Thumbprint(), Export() };

    static ActCommand Make()
    {
        var command = new ActCommand("make", "Make a key file, readable by its owner alone.", """
            act keys make alice
            act keys make shopper --principal alice
            act keys make alice --passphrase-file ~/.act-passphrase
            """)
        {
            Name, Principal, Authority, Passphrase,
        };
        command.AddKeys();
        command.Does(call =>
        {
            var id = IdOf("the name", call.Value(Name), call.Value(Authority));
            var principal = call.Value(Principal) is { } named ? IdOf("--principal", named, call.Value(Authority)) : id;
            if (call.Keys.Has(id)) throw new BadInputException($"There is a key already: '{call.Keys.PathOf(id)}'. Choose another name, or remove the file if nobody needs it any more.");
            var keys = call.Keys;
            if (call.Value(Passphrase)) keys.AskForNew();
            var made = keys.LoadOrMake(id, id, principal);
            Tell(call, "made", $"Made {call.Keys.PathOf(id)} for {id}{(principal == id ? "" : $", an agent of {principal}")}. Who has this file can sign for it: keep it as you keep money.", made);
            call.Screen.Next(principal == id ? $"Next: act register principal {Words.Short(id)}" : $"Next: act register agent {Words.Short(id)} --principal {Words.Short(principal)}");
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand List()
    {
        var command = new ActCommand("list", "List the key files of the folder.", "act keys list");
        command.AddKeys();
        command.Does(call =>
        {
            var table = Screen.Table("name", "id", "acts for", "thumbprint");
            var count = 0;
            foreach (var key in call.Keys.Usable())
            {
                count++;
                var owner = key.Principal == key.Id ? "itself" : Words.Short(key.Principal);
                table.AddRow(Screen.Cell(Words.Short(key.Id)), Screen.Cell(key.Id), Screen.Cell(owner), Screen.Cell(key.Signer.PublicKey.Thumbprint.ToString()[..16] + "…"));
                if (call.Screen.Json) Tell(call, "key", key.Id, key);
            }
            if (count > 0) call.Screen.Show(table);
            call.Screen.Tell("keys", count == 0 ? $"No keys in '{call.Keys.Folder}'." : $"{Words.Count(count, "key")} in '{call.Keys.Folder}'.", new { count });
            if (count == 0) call.Screen.Next("Next: act keys make NAME");
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Show()
    {
        var command = new ActCommand("show", "Show what is public of a key file.", "act keys show alice") { Name };
        command.AddKeys();
        command.Does(call =>
        {
            var key = call.Keys.Load(call.Value(Name));
            Tell(call, "key", $"""
                id          {key.Id}
                acts for    {(key.Principal == key.Id ? "itself" : key.Principal)}
                public key  {Base64Url.EncodeToString(key.Signer.PublicKey.Bytes.Span)}
                thumbprint  {key.Signer.PublicKey.Thumbprint}
                home        {key.Home}
                """, key);
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Thumbprint()
    {
        var command = new ActCommand("thumbprint", "Print the RFC 7638 thumbprint of a key, in hexadecimal digits.", "act keys thumbprint alice") { Name };
        command.AddKeys();
        command.Does(call =>
        {
            var key = call.Keys.Load(call.Value(Name));
            Tell(call, "key", key.Signer.PublicKey.Thumbprint.ToString(), key);
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Export()
    {
        var command = new ActCommand("export", "Export the public key as a JWK (RFC 7517, RFC 8037).", "act keys export alice --out alice.jwk") { Name, Out };
        command.AddKeys();
        command.Does(call =>
        {
            var key = call.Keys.Load(call.Value(Name));
            var jwk = new { kty = "OKP", crv = "Ed25519", x = Base64Url.EncodeToString(key.Signer.PublicKey.Bytes.Span), kid = Base64Url.EncodeToString(key.Signer.PublicKey.Thumbprint.ToArray()), use = "sig" };
            if (call.Value(Out) is { } path)
            {
                File.WriteAllText(path, JsonSerializer.Serialize(jwk) + "\n");
                call.Screen.Tell("exported", $"The public key of {key.Id} is in {path}.", jwk);
            }
            else if (call.Screen.Json) call.Screen.Tell("exported", $"The public key of {key.Id}.", jwk);
            else call.Screen.Raw(JsonSerializer.Serialize(jwk) + "\n");
            return ExitCodes.Fine;
        });
        return command;
    }

    static string IdOf(string place, string nameOrId, string authority)
    {
        var id = nameOrId.StartsWith(ActId.Scheme, StringComparison.Ordinal) ? nameOrId : $"{ActId.Scheme}{authority}/{nameOrId}";
        return ActId.IsValid(id) ? id : throw new BadInputException($"{place}: '{nameOrId}' cannot be a name: write 1 to 64 of a-z, 0-9 and '-', or act://authority/name.");
    }

    static void Tell(Call call, string what, string sentence, ActIdentity key) => call.Screen.Tell(what, sentence, new
    {
        key.Id,
        key.Principal,
        public_key = Base64Url.EncodeToString(key.Signer.PublicKey.Bytes.Span),
        thumbprint = key.Signer.PublicKey.Thumbprint.ToString(),
        key.Home,
        file = call.Keys.PathOf(key.Id),
    });
}
