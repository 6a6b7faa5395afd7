using ActProtocol.V1;

namespace ActProtocol.Client.Mailboxes;

/// <summary>What an inbox remembers, over restarts and cut writes.</summary>
public class InboxTests
{
    readonly string _path = Path.Combine(Folders.New(fast: true), "inbox");

    [Fact]
    public void What_was_dealt_with_is_known_after_a_restart()
    {
        using (var inbox = Inbox.Open(_path)) inbox.Add(MailAt(1));

        using var again = Inbox.Open(_path);

        Assert.True(again.Contains(MailAt(1)));
        Assert.False(again.Contains(MailAt(2)));
    }

    [Fact]
    public void A_write_that_was_cut_at_any_byte_counts_as_none_and_spoils_nothing()
    {
        using (var inbox = Inbox.Open(_path))
        {
            inbox.Add(MailAt(1));
            inbox.Add(MailAt(2));
        }
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            using (var cut = Inbox.Open(_path))
            {
                Assert.False(cut.Contains(MailAt(2)));
                cut.Add(MailAt(3));
            }
            using var after = Inbox.Open(_path);
            Assert.True(after.Contains(MailAt(3)));
        }
    }

    [Fact]
    public void It_is_bounded_and_keeps_the_latest()
    {
        var records = Enumerable.Range(0, (2 * Inbox.KeptMax) + 10).Select(at => MailAt((ulong)at)).ToList();
        using (var inbox = Inbox.Open(_path))
        {
            foreach (var mail in records) inbox.Add(mail);
        }
        Assert.InRange(new FileInfo(_path).Length, 1, 3 * 20 * Inbox.KeptMax);
        using var again = Inbox.Open(_path);

        Assert.All(records.TakeLast(Inbox.KeptMax), mail => Assert.True(again.Contains(mail)));
        Assert.False(again.Contains(records[0]));
    }

    [Fact]
    public void One_process_at_a_time_and_no_other_file()
    {
        using (Inbox.Open(_path)) Assert.Contains("second time", Assert.Throws<IOException>(() => Inbox.Open(_path)).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, "Something else that was here before.");

        Assert.Throws<FormatException>(() => Inbox.Open(_path));
        Assert.Equal("Something else that was here before.", File.ReadAllText(_path));
    }

    static Mail MailAt(ulong position)
    {
        var record = ScriptedBroker.Step(position, 7);
        return new Mail(new Receipt { Record = Google.Protobuf.MessageExtensions.ToByteString(record) }, record, null, default, default!);
    }
}
