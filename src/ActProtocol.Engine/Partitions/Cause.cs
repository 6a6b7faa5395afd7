using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Partitions;

/// <summary>Why a machine takes a step: a party's envelope, or a step of the broker's own.</summary>
sealed class Cause
{
    /// <summary>Of steps without a private part. Never changed.</summary>
    public static readonly Context NoContext = new();

    Cause(OpenedEnvelope? envelope, BrokerStep? step, Context context, ReadOnlyMemory<byte> @private) =>
        (Envelope, Step, Context, Private) = (envelope, step, context, @private);

    public OpenedEnvelope? Envelope { get; }

    public BrokerStep? Step { get; }

    public Context Context { get; }

    /// <summary>Salt and context as they are stored; empty when there is nothing private.</summary>
    public ReadOnlyMemory<byte> Private { get; }

    public static Cause Of(VerifiedEnvelope verified) =>
        new(verified.Opened, null, verified.Context, Seal(verified.Salt.Span, verified.Context));

    /// <summary>A step of a transaction, which is public to its parties.</summary>
    public static Cause Of(StepKind kind, Id16 transaction) =>
        new(null, new BrokerStep { Kind = kind, TransactionId = transaction.ToWire() }, NoContext, default);

    /// <summary>A step of another kind, whose data are private.</summary>
    /// <remarks>Its salt is zero: the data of such a step go to nobody but the broker, and no party sees its digest.</remarks>
    public static Cause Of(string name, Context context) =>
        new(null, new BrokerStep { Name = name }, context, Seal(stackalloc byte[Machine.SaltLength], context));

    /// <summary>An entry of another machine's outbox. What it announces is public to those who get it by mail.</summary>
    public static Cause Of(Transfer transfer)
    {
        var context = new Context { Transfer = transfer };
        if (transfer.Announced is not { } announced) return Of("transfer", context);
        var step = new BrokerStep { Name = announced.Name, Entry = announced.Entry, Key = announced.Key, EffectiveMs = announced.EffectiveMs };
        return new(null, step, context, Seal(Salts.Next().Span, context));
    }

    /// <summary>What a journaled record says that its cause was.</summary>
    public static Cause Again(OpenedEnvelope envelope, Context context, ReadOnlyMemory<byte> @private) => new(envelope, null, context, @private);

    public static Cause Again(BrokerStep step, Context context, ReadOnlyMemory<byte> @private) => new(null, step, context, @private);

    public void PutInto(Record record)
    {
        if (Envelope is not null) record.Envelope = Envelope.Wire;
        else record.Step = Step;
    }

    static byte[] Seal(ReadOnlySpan<byte> salt, Context context)
    {
        var size = context.CalculateSize();
        var bytes = GC.AllocateUninitializedArray<byte>(Machine.SaltLength + size);
        salt.CopyTo(bytes);
        context.WriteTo(bytes.AsSpan(Machine.SaltLength, size));
        return bytes;
    }
}
