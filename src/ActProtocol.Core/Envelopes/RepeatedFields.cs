using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActProtocol.Envelopes;

/// <summary>Loops over repeated fields as over arrays: a field's own enumerator is an object for each loop, and every decision loops several times.</summary>
public static class RepeatedFields
{
    extension<T>(RepeatedField<T> repeated)
    {
        /// <summary>Good until the field is changed.</summary>
        public ReadOnlySpan<T> Items => UnsafeCollectionOperations.AsSpan(repeated);
    }
}
