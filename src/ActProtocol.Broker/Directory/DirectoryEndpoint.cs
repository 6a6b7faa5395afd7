using ActProtocol.Broker.Errors;
using ActProtocol.Engine.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Directory;

/// <summary>Who is who, for everybody.</summary>
sealed class DirectoryEndpoint(EngineHost engine) : DirectoryService.DirectoryServiceBase
{
    const int PageMax = 100;
    const int PageDefault = 50;

    public override async Task<DirectoryEntry> GetEntry(GetEntryRequest request, ServerCallContext context)
    {
        var entry = engine.Gate.FindEntry(request.Id) ?? throw new Refusal(ErrorCode.AgentUnknown).ToException();
        entry.Standing = await engine.StandingAsync(request.Id);
        return entry;
    }

    public override Task<FindSellersResponse> FindSellers(FindSellersRequest request, ServerCallContext context)
    {
        var count = request.PageSize == 0 ? PageDefault : (int)Math.Min(request.PageSize, PageMax);
        var response = new FindSellersResponse();
        response.Sellers.AddRange(engine.Gate.FindSellers(request.Capability, request.PageToken, count));
        if (response.Sellers.Count == count) response.NextPageToken = response.Sellers[^1].Id;
        return Task.FromResult(response);
    }
}
