using ActProtocol.Envelopes;
using ActProtocol.V1;
using NSec.Cryptography;

namespace ActProtocol.Bench;

/// <summary>What the machine itself needs: one signature check, one fsync.</summary>
static class Bare
{
    /// <summary>Microseconds of CPU time of one check by libsodium, one thread. The median of rounds, since other work disturbs some.</summary>
    public static double VerifyUs(IReadOnlyList<Envelope> envelopes, Func<Envelope, VerifyingKey> keyOf)
    {
        const int Rounds = 9;
        var algorithm = SignatureAlgorithm.Ed25519;
        var checks = envelopes.Select(envelope => (
            Key: PublicKey.Import(algorithm, keyOf(envelope).Bytes.Span, KeyBlobFormat.RawPublicKey),
            Signed: SignedBytes.Of(SignedBytes.EnvelopeTag, envelope.Content.Span),
            Signature: envelope.Signatures[0].Value.ToByteArray())).ToList();
        List<double> rounds = [];
        for (var round = 0; round < Rounds; round++)
        {
            var began = ThreadCpu.Now;
            foreach (var (key, signed, signature) in checks)
            {
                if (!algorithm.Verify(key, signed, signature)) throw new InvalidOperationException("A signature of the load does not verify.");
            }
            rounds.Add((ThreadCpu.Now - began).TotalMicroseconds / checks.Count);
        }
        return rounds.Order().ElementAt(Rounds / 2);
    }

    /// <summary>Milliseconds of a write of one page and its fsync, in the folder that the journal is in; the median.</summary>
    public static double FsyncMs(string folder)
    {
        const int Writes = 200;
        var path = Path.Combine(folder, "fsync.probe");
        List<double> times = [];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var page = new byte[4096];
            for (var i = 0; i < Writes; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                file.Write(page);
                file.Flush(flushToDisk: true);
                times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        File.Delete(path);
        return times.Order().ElementAt(Writes / 2);
    }
}
