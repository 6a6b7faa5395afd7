using System.Collections.Concurrent;
using Google.Protobuf.Reflection;

namespace ActProtocol.Envelopes;

/// <summary>What a scan must know of one message type, made once from its descriptor.</summary>
sealed class WirePlan
{
    static readonly ConcurrentDictionary<MessageDescriptor, WirePlan> Plans = [];

    readonly Field?[] _fields;

    WirePlan(MessageDescriptor descriptor)
    {
        var fields = descriptor.Fields.InFieldNumberOrder();
        _fields = new Field?[fields.Count == 0 ? 0 : fields[^1].FieldNumber + 1];
        for (var i = 0; i < fields.Count; i++) _fields[fields[i].FieldNumber] = new Field(fields[i], 1UL << i);
    }

    public static WirePlan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static type => new WirePlan(type));

    public Field? Find(uint number) => number < (uint)_fields.Length ? _fields[number] : null;

    /// <param name="Seen">The bits that must be clear for this field to come: its own, or those of its whole oneof.</param>
    internal sealed class Field
    {
        readonly MessageDescriptor? _message;

        public Field(FieldDescriptor field, ulong bit)
        {
            Repeated = field.IsRepeated;
            Text = field.FieldType is FieldType.String;
            WireType = WireTypeOf(field.FieldType);
            _message = field.FieldType is FieldType.Message ? field.MessageType : null;
            var siblings = field.RealContainingOneof?.Fields;
            Mask = siblings is null ? bit : siblings.Aggregate(0UL, (mask, sibling) => mask | (1UL << IndexOf(sibling)));
        }

        public bool Repeated { get; }

        public bool Text { get; }

        public uint WireType { get; }

        /// <summary>The bits of this field, or of all members of its oneof.</summary>
        public ulong Mask { get; }

        public WirePlan? Message => field ??= _message is null ? null : Of(_message);

        static int IndexOf(FieldDescriptor field) => field.ContainingType.Fields.InFieldNumberOrder().IndexOf(field);

        static uint WireTypeOf(FieldType type) => type switch
        {
            FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireScan.Fixed64,
            FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireScan.Fixed32,
            FieldType.String or FieldType.Bytes or FieldType.Message => WireScan.Delimited,
            _ => WireScan.Varint,
        };
    }
}
