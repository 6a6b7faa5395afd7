namespace ActProtocol.Conformance.Runs;

/// <summary>Keeps the transcripts of what did not pass, up to a bound for the whole run: a subject that fails everything must not fill the memory.</summary>
sealed class TranscriptKeeper
{
    /// <summary>Bytes of messages that one run keeps.</summary>
    public const long BytesMax = 24 << 20;

    long _bytes;

    public CheckResult Keep(CheckResult result)
    {
        if (result.Verdict is Verdict.Pass or Verdict.NotClaimed) return result with { Transcript = [], LeftOut = 0 };
        List<TranscriptEntry> kept = [];
        foreach (var entry in result.Transcript)
        {
            // A few words and numbers come with each message, whatever its length.
            var bytes = entry.Bytes.Length + 256;
            if (Interlocked.Add(ref _bytes, bytes) > BytesMax)
            {
                Interlocked.Add(ref _bytes, -bytes);
                break;
            }
            kept.Add(entry);
        }
        return result with { Transcript = kept, LeftOut = result.LeftOut + result.Transcript.Count - kept.Count };
    }
}
