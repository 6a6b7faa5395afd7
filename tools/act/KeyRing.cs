using ActProtocol.Client;
using ActProtocol.Envelopes;

namespace ActProtocol.Tools;

/// <summary>The folder of key files: one a name, readable by its owner alone.</summary>
sealed class KeyRing(string folder, string? passphraseFile)
{
    string? _typed;

    public string Folder => folder;

    string? Passphrase => field ??= passphraseFile is null ? null : FirstLineOf(passphraseFile);

    /// <summary>A passphrase for a key that is about to be made, typed twice.</summary>
    /// <exception cref="BadInputException">Nobody can type here, or the two differ.</exception>
    public void AskForNew()
    {
        if (passphraseFile is not null) return;
        if (Console.IsInputRedirected) throw new BadInputException("--passphrase asks for one, and nobody can type here: use --passphrase-file FILE.");
        _typed = Ask("Passphrase for the new key: ");
        if (_typed.Length == 0 || Ask("The same again: ") != _typed) throw new BadInputException("The two differ, or are empty: no key was made.");
    }

    /// <summary>The key file of a name, an id, or a path.</summary>
    public string PathOf(string who) =>
        who.StartsWith(ActId.Scheme, StringComparison.Ordinal) ? Path.Combine(folder, $"{who[(who.LastIndexOf('/') + 1)..]}.json")
        : who.Contains('/', StringComparison.Ordinal) || who.EndsWith(".json", StringComparison.Ordinal) ? who
        : Path.Combine(folder, $"{who}.json");

    public bool Has(string who) => File.Exists(PathOf(who));

    /// <exception cref="BadInputException">There is none, or it cannot be used.</exception>
    public ActIdentity Load(string who)
    {
        var path = PathOf(who);
        if (!File.Exists(path))
        {
            throw new BadInputException($"There is no key of '{who}': '{path}' does not exist.{Near.Hint(who, Names())} Make one with 'act keys make', or name another folder with --keys.");
        }
        var identity = Read(path, null, null);
        return !who.StartsWith(ActId.Scheme, StringComparison.Ordinal) || who == identity.Id
            ? identity
            : throw new BadInputException($"'{path}' holds the key of {identity.Id}, not of {who}.");
    }

    /// <summary>The key of a name; made when there is none.</summary>
    public ActIdentity LoadOrMake(string name, string id, string principal)
    {
        MakeFolder();
        var identity = Read(PathOf(name), id, principal);
        if (identity.Id != id) throw new BadInputException($"'{PathOf(name)}' holds the key of {identity.Id}, not of {id}.");
        return identity.Principal == principal ? identity : throw new BadInputException($"'{PathOf(name)}' is the key of an agent of {identity.Principal}, not of {principal}.");
    }

    /// <summary>An operator's key, as a broker keeps it in its data folder: 64 hexadecimal digits.</summary>
    public static ActIdentity LoadOperator(string path, string authority)
    {
        var text = System.Text.Encoding.ASCII.GetString(JsonFile.BytesOf(path)).Trim();
        if (text.Length != 2 * SigningKey.SeedLength || !text.All(char.IsAsciiHexDigit)) throw new BadInputException($"'{path}' holds no operator's key: 64 hexadecimal digits are expected.");
        var id = ActId.Of(authority, "operator");
        return new ActIdentity(id, id, SigningKey.FromSeed(Convert.FromHexString(text)));
    }

    /// <summary>Those keys of the folder that can be read: other files may lie there, and keys under another passphrase.</summary>
    public IEnumerable<ActIdentity> Usable()
    {
        foreach (var name in Names())
        {
            if (TryLoad(name) is { } key) yield return key;
        }
    }

    /// <summary>Names that have a key file.</summary>
    public IReadOnlyList<string> Names() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
        : [];

    ActIdentity? TryLoad(string name)
    {
        try
        {
            return Load(name);
        }
        catch (Exception fault) when (fault is FormatException or UnauthorizedAccessException or BadInputException)
        {
            return null;
        }
    }

    void MakeFolder()
    {
        if (File.Exists(folder)) throw new BadInputException($"'{folder}' is a file; --keys names a folder.");
        Directory.CreateDirectory(folder);
    }

    // Without a passphrase a key lies in the file as it is; one that is encrypted asks for it where somebody can answer.
    ActIdentity Read(string path, string? id, string? principal)
    {
        if (id is not null && !File.Exists(path)) return KeyFile.Create(path, id, principal!, Passphrase ?? _typed);
        try
        {
            return KeyFile.Load(path, Passphrase);
        }
        catch (UnauthorizedAccessException fault) when (fault.Message.Contains("is encrypted", StringComparison.Ordinal) && Passphrase is null)
        {
            if (Console.IsInputRedirected) throw new BadInputException($"'{path}' is encrypted: give its passphrase with --passphrase-file FILE.", fault);
            _typed ??= Ask($"Passphrase of {path}: ");
            return KeyFile.Load(path, _typed);
        }
    }

    static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }

    static string? FirstLineOf(string path)
    {
        var line = System.Text.Encoding.UTF8.GetString(JsonFile.BytesOf(path)).Split('\n')[0].TrimEnd('\r');
        return line.Length > 0 ? line : throw new BadInputException($"--passphrase-file: the first line of '{path}' is empty.");
    }
}
