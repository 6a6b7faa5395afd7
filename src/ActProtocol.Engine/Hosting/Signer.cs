using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>Who may have signed an envelope, with which keys.</summary>
abstract class Signer
{
    /// <summary>The principal that the sender is or acts for.</summary>
    public abstract string Principal { get; }

    public virtual OperatorRoles Roles => OperatorRoles.None;

    public abstract VerifyingKey? Find(Digest thumbprint);

    /// <summary>Why a signature that holds does not count, or null.</summary>
    public abstract ErrorCode? Fault(OpenedEnvelope envelope, long nowMs);

    /// <summary>Says which further keys count for the decision.</summary>
    public virtual void AddKeys(OpenedEnvelope envelope, Context context)
    {
    }

    public static ErrorCode? FaultOf(EntryKey key, long nowMs) =>
        key.RevokedAt != 0 ? ErrorCode.KeyRevoked
        : nowMs < key.ValidFrom ? ErrorCode.KeyNotYetValid
        : key.ValidUntil != 0 && nowMs >= key.ValidUntil ? ErrorCode.KeyExpired
        : null;

    static ErrorCode? FaultOf(Entry entry, OpenedEnvelope envelope, long nowMs)
    {
        foreach (var signature in envelope.Wire.Signatures)
        {
            if (entry.Find(Digest.FromWire(signature.Key)) is { } key && FaultOf(key, nowMs) is { } code) return code;
        }
        return null;
    }

    /// <summary>An entry of the directory.</summary>
    public sealed class Known(Entry entry) : Signer
    {
        public override string Principal => entry.Principal;

        public override VerifyingKey? Find(Digest thumbprint) => entry.Find(thumbprint)?.Key;

        public override ErrorCode? Fault(OpenedEnvelope envelope, long nowMs) => FaultOf(entry, envelope, nowMs);

        /// <summary>Earlier keys whose mandates the present one may use.</summary>
        public override void AddKeys(OpenedEnvelope envelope, Context context)
        {
            var ownersOnly = true;
            for (var key = entry.Find(Digest.FromWire(context.Key)); key is not null && !key.Succeeds.IsZero; key = entry.Find(key.Succeeds))
            {
                ownersOnly &= key.ByOwner;
                context.AnySucceeds.Add(key.Succeeds.ToWire());
                if (ownersOnly) context.OwnerSucceeds.Add(key.Succeeds.ToWire());
            }
        }
    }

    /// <summary>Somebody who registers: by the key that comes along, and for an agent by its principal's too.</summary>
    public sealed class Newcomer(string principal, VerifyingKey key, Entry? owner) : Signer
    {
        public override string Principal => principal;

        public override VerifyingKey? Find(Digest thumbprint) => thumbprint == key.Thumbprint ? key : owner?.Find(thumbprint)?.Key;

        public override ErrorCode? Fault(OpenedEnvelope envelope, long nowMs)
        {
            var byKey = envelope.Wire.Signatures.Any(signature => Digest.FromWire(signature.Key) == key.Thumbprint);
            var byOwner = owner is null || envelope.Wire.Signatures.Any(signature => owner.Find(Digest.FromWire(signature.Key)) is not null);
            if (!byKey || !byOwner) return ErrorCode.SignatureInvalid;
            return owner is null ? null : FaultOf(owner, envelope, nowMs);
        }

        public override void AddKeys(OpenedEnvelope envelope, Context context)
        {
            if (owner is not null) context.OwnerKey = envelope.Wire.Signatures.First(signature => owner.Find(Digest.FromWire(signature.Key)) is not null).Key;
        }
    }

    /// <summary>An operator, by configuration.</summary>
    public sealed class Operator(string id, VerifyingKey key, OperatorRoles roles) : Signer
    {
        public override string Principal => id;

        public override OperatorRoles Roles => roles;

        public override VerifyingKey? Find(Digest thumbprint) => thumbprint == key.Thumbprint ? key : null;

        public override ErrorCode? Fault(OpenedEnvelope envelope, long nowMs) => null;
    }
}
