using ActProtocol.Errors;

namespace ActProtocol.Engine.Hosting;

/// <summary>A question cannot be answered now: what the engine holds is not known to be durable.</summary>
public sealed class EngineRefusedException(Refusal refusal) : InvalidOperationException(refusal.Code.Entry.Meaning)
{
    public Refusal Refusal { get; } = refusal;
}
