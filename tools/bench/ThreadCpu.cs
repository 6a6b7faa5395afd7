using System.Runtime.InteropServices;

namespace ActProtocol.Bench;

/// <summary>CPU time of the calling thread alone: what other processes do to a noisy machine is not in it.</summary>
static partial class ThreadCpu
{
    const int ClockThreadCpuTimeId = 3;

    public static TimeSpan Now => clock_gettime(ClockThreadCpuTimeId, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
        : throw new InvalidOperationException("The thread's CPU time cannot be read.");

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
