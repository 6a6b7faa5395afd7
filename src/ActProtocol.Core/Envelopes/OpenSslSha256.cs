using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ActProtocol.Envelopes;

/// <summary>SHA-256 by OpenSSL 3, whose algorithm is fetched once and whose contexts are used again, as its manual advises (EVP_DigestInit(3)).</summary>
static unsafe class OpenSslSha256
{
    const string Library = "libcrypto.so.3";

    static readonly nint Loaded = NativeLibrary.TryLoad(Library, out var library) ? library : 0;

    static readonly delegate* unmanaged<nint> New = (delegate* unmanaged<nint>)Export("EVP_MD_CTX_new");
    static readonly delegate* unmanaged<nint, void> Free = (delegate* unmanaged<nint, void>)Export("EVP_MD_CTX_free");
    static readonly delegate* unmanaged<nint, byte*, byte*, nint> Fetch = (delegate* unmanaged<nint, byte*, byte*, nint>)Export("EVP_MD_fetch");
    static readonly delegate* unmanaged<nint, nint, nint, int> Init = (delegate* unmanaged<nint, nint, nint, int>)Export("EVP_DigestInit_ex2");
    static readonly delegate* unmanaged<nint, byte*, nuint, int> Update = (delegate* unmanaged<nint, byte*, nuint, int>)Export("EVP_DigestUpdate");
    static readonly delegate* unmanaged<nint, byte*, uint*, int> Final = (delegate* unmanaged<nint, byte*, uint*, int>)Export("EVP_DigestFinal_ex");

    static readonly nint Algorithm = Fetched();

    [ThreadStatic]
    static Context? _context;

    /// <summary>False on systems without this library; and where its settings do not offer the algorithm.</summary>
    public static bool IsThere => Algorithm != 0;

    /// <param name="destination">At least 32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        var context = (_context ??= new Context()).DangerousGetHandle();
        fixed (byte* one = first, two = second, digest = destination)
        {
            // Each call is checked: a digest is never what happened to lie in the buffer.
            var done = Init(context, 0, 0) == 1 && Update(context, one, (nuint)first.Length) == 1
                && (second.IsEmpty || Update(context, two, (nuint)second.Length) == 1) && Final(context, digest, null) == 1;
            if (!done) throw new CryptographicException("OpenSSL could not hash.");
        }
    }

    static nint Export(string name) => Loaded != 0 && NativeLibrary.TryGetExport(Loaded, name, out var address) ? address : 0;

    static nint Fetched()
    {
        if (New is null || Free is null || Fetch is null || Init is null || Update is null || Final is null) return 0;
        fixed (byte* name = "SHA256\0"u8) return Fetch(0, name, null);
    }

    // Freed some time after its thread has ended.
    sealed class Context : SafeHandle
    {
        public Context() : base(0, ownsHandle: true)
        {
            SetHandle(New());
            if (IsInvalid || Init(handle, Algorithm, 0) != 1) throw new CryptographicException("OpenSSL could not begin to hash.");
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            Free(handle);
            return true;
        }
    }
}
