using System.Diagnostics;
using System.Globalization;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Runs;
using static ActProtocol.Conformance.BrokenCodecs.CodecRun;

namespace ActProtocol.Conformance.BrokenCodecs;

/// <summary>Programs that are no codecs, or stop to be one: each is one sentence, and none stays behind.</summary>
public class MisbehaviourTests
{
    static readonly Waits Patient = Waits.Usual with { Slow = 4 };
    static readonly Waits Hasty = Waits.Usual with { Answer = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData("'./no-such-program' cannot be started: *", "./no-such-program")]
    [InlineData("'/' cannot be started: *", "/")]
    [InlineData("'node' does not say what it is: describe: expected an answer, it ended with exit code 7; its log ends with: no such file.", "node", "-e", "console.error('no such file'); process.exitCode = 7;")]
    [InlineData("'node' does not say what it is: describe: expected an answer, it answered with what is no JSON: hello.", "node", "-e", "console.log('hello'); setInterval(() => {}, 1000);")]
    [InlineData("'node' does not say what it is: describe: expected an answer, it answered with what is no JSON object: 5.", "node", "-e", "console.log('5'); setInterval(() => {}, 1000);")]
    [InlineData("'node' does not say what it is: describe: expected an answer, it answered another id than 1: *", "node", "-e", "console.log('{\"id\":\"1\"}'); setInterval(() => {}, 1000);")]
    [InlineData("'node' does not say what it is: describe: expected an answer, it answered with a line of more than 4096 KiB.", "node", "-e", "setInterval(() => process.stdout.write('x'.repeat(1 << 20)), 1);")]
    [InlineData("'cat' does not say what it is: describe: expected a text as 'name', *", "cat")]
    [InlineData("'true' does not say what it is: describe: expected an answer, it ended with exit code 0.", "true")]
    public async Task What_is_no_codec_is_said_in_a_sentence(string sentence, params string[] command)
    {
        var gone = await Assert.ThrowsAsync<SubjectGoneException>(() => CodecTarget.StartAsync(command, Patient, TestContext.Current.CancellationToken));
        Assert.True(System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(sentence.Replace(@"\", @"\\", StringComparison.Ordinal), gone.Message), gone.Message);
    }

    [Fact]
    public async Task What_never_answers_is_given_up()
    {
        var gone = await Assert.ThrowsAsync<SubjectGoneException>(() => CodecTarget.StartAsync(["sleep", "1000"], Hasty, TestContext.Current.CancellationToken));
        Assert.Equal("'sleep' does not say what it is: describe: expected an answer, there was no answer in 1 s.", gone.Message);
    }

    [Fact]
    public async Task What_stops_to_answer_is_given_up_after_some_requests()
    {
        await using var target = await CodecTarget.StartAsync(Script(""), Hasty, TestContext.Current.CancellationToken);
        var asked = await Task.WhenAll(Enumerable.Range(0, CodecTarget.UnansweredMax).Select(async _ => await Record.ExceptionAsync(() => AskAsync(target))));
        Assert.Equal(CodecTarget.UnansweredMax - 1, asked.Count(fault => fault is CheckFailedException));
        Assert.Equal("It did not answer 8 times in a row: there was no answer in 1 s.", Assert.Single(asked.OfType<SubjectGoneException>()).Message);
    }

    [Theory]
    [InlineData("process.exit(9);", "it ended with exit code 9")]
    [InlineData("process.kill(process.pid, 'SIGKILL');", "it ended with exit code 137")]
    [InlineData("say('[]');", "it answered with what is no JSON object: []")]
    [InlineData("say({ id: id + 1, ok: true });", "it answered another id than 2: {\"id\":3,\"ok\":true}")]
    [InlineData("say({ ok: true });", "it answered another id than 2: {\"ok\":true}")]
    [InlineData("say('x'.repeat(100 << 20));", "it answered with a line of more than 4096 KiB")]
    public async Task A_request_that_is_answered_wrongly_fails_and_the_next_one_is_asked_of_another_copy(string does, string got)
    {
        await using var target = await CodecTarget.StartAsync(Script($"if (request.content) {{ {does} }} else say({{ id, ok: true, digest: '' }});"), Patient, TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<CheckFailedException>(() => AskAsync(target));
        Assert.Equal(new Finding("digest", "an answer", got), fault.Finding);
        Assert.True((await target.AskAsync(Given.Digest([]), new Transcript(TimeProvider.System), TestContext.Current.CancellationToken)).Ok);
    }

    [Theory]
    [InlineData("{}")]
    // It lets go of its parent: nobody would find it by who started whom.
    [InlineData("{ detached: true }")]
    public async Task What_it_started_ends_with_it(string options)
    {
        int child;
        await using (var target = await CodecTarget.StartAsync(
            Script($"say({{ id, ok: true, digest: `${{require('child_process').spawn('sleep', ['1000'], {options}).pid}}` }});"), Patient, TestContext.Current.CancellationToken))
        {
            var answer = await target.AskAsync(Given.Digest([]), new Transcript(TimeProvider.System), TestContext.Current.CancellationToken);
            child = int.Parse(answer.Text("digest"), CultureInfo.InvariantCulture);
            Assert.True(IsThere(child));
        }
        Assert.False(IsThere(child));
    }

    static Task<Answer> AskAsync(CodecTarget target) => target.AskAsync(Given.Digest([1]), new Transcript(TimeProvider.System), TestContext.Current.CancellationToken);

    // One that has ended and is waited for by nobody is gone.
    static bool IsThere(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
