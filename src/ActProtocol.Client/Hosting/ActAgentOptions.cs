using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>One agent in a host. Say where its key is: in a file, or behind a signer.</summary>
public class ActAgentOptions
{
    /// <summary>Its id, <c>act://authority/name</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The principal that it acts for.</summary>
    public string Principal { get; set; } = "";

    /// <summary>Its key file, for its owner alone.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The key file's passphrase, if it has one.</summary>
    public string? Passphrase { get; set; }

    /// <summary>Instead of a key file: signs elsewhere.</summary>
    public ISigner? Signer { get; set; }

    /// <summary>The file that remembers what was dealt with; null forgets it with the process.</summary>
    public string? Inbox { get; set; }

    internal ActIdentity Identity() => Signer is { } signer ? new ActIdentity(Id, Principal, signer) : Loaded(Client.KeyFile.Load(KeyFile!, Passphrase));

    internal virtual IEnumerable<string> Faults()
    {
        if (!ActId.IsValid(Id)) yield return $"Id: '{Id}' is no id such as act://local/name.";
        if (!ActId.IsValid(Principal)) yield return $"Principal: '{Principal}' is no id such as act://local/name.";
        if (KeyFile is null == (Signer is null)) yield return "KeyFile, Signer: one of the two is expected.";
        if (KeyFile is not null && !File.Exists(KeyFile)) yield return $"KeyFile: there is no file '{KeyFile}'.";
    }

    ActIdentity Loaded(ActIdentity read) => read.Id == Id && read.Principal == Principal
        ? read
        : throw new FormatException($"'{KeyFile}' holds the key of {read.Id} for {read.Principal}, not of {Id} for {Principal}.");
}
