namespace ActProtocol.Engine.Journal;

public sealed class MemoryLogTests : PartitionLogContract
{
    private MemoryLog Memory => (MemoryLog)Log;

    protected override ValueTask<IPartitionLog> CreateAsync() => new(new MemoryLog(Partitions));

    protected override ValueTask<IPartitionLog> ReopenAsync(IPartitionLog log) => new(log);

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task An_unknown_append_went_either_way(bool written, long next)
    {
        var append = Chain.Append(0, await Log.ClaimAsync(0, Token));
        Memory.UnknownNext(written);
        var result = (await Log.AppendAsync([append]))[0];
        Assert.Equal(AppendOutcome.Unknown, result.Outcome);
        Assert.IsType<IOException>(result.Cause);
        Assert.Equal(next, (await Log.TailAsync(0, Token)).Next);
    }

    [Fact]
    public async Task A_hanging_append_is_judged_when_it_arrives()
    {
        var zombie = Chain.Append(0, await Log.ClaimAsync(0, Token));
        using var hanging = Memory.HangNext();
        var late = AppendAsync(zombie);
        var owner = Chain.Append(0, await Log.ClaimAsync(0, Token), seed: 1);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(owner));

        hanging.Release();
        Assert.Equal(AppendOutcome.Fenced, await late);
        Chain.Same(Chain.End(owner), await Log.TailAsync(0, Token));
    }

    [Fact]
    public async Task A_failing_append_throws_and_writes_nothing()
    {
        var append = Chain.Append(0, await Log.ClaimAsync(0, Token));
        Memory.FailNext(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => AppendAsync(append));
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));
    }

    [Fact]
    public async Task A_flipped_bit_stops_the_reader()
    {
        await AppendAsync(Chain.Append(0, await Log.ClaimAsync(0, Token), 3));
        Memory.FlipBit(0, 2, bit: 77);
        var corrupt = await Assert.ThrowsAsync<JournalCorruptException>(() => ReadAsync(0, 1));
        Assert.Equal((0, 2L), (corrupt.Partition, corrupt.Position));
        await Assert.ThrowsAsync<JournalCorruptException>(async () => await Log.FindAsync(0, 2, Token));
        Assert.NotNull(await Log.FindAsync(0, 3, Token));
    }
}
