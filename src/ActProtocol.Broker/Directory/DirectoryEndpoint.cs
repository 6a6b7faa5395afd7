using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Broker.Directory;

/// <summary>Who is who, for everybody.</summary>
sealed class DirectoryEndpoint(EngineHost engine, CheckBudget budget) : DirectoryService.DirectoryServiceBase
{
    const int PageMax = 100;
    const int PageDefault = 50;
    const int CapabilityMax = 64;

    public override async Task<DirectoryEntry> GetEntry(GetEntryRequest request, ServerCallContext context)
    {
        if (!ActId.IsValid(request.Id)) throw new Refusal(ErrorCode.Malformed, "id").ToException();
        await TakeTurnAsync(context);
        var entry = engine.Gate.FindEntry(request.Id) ?? throw new Refusal(ErrorCode.AgentUnknown).ToException();
        if (await StandingsAsync([request.Id]) is { } standings) entry.Standing = standings[0];
        return entry;
    }

    public override async Task<FindSellersResponse> FindSellers(FindSellersRequest request, ServerCallContext context)
    {
        if (request.Capability.Length is 0 or > CapabilityMax) throw new Refusal(ErrorCode.Malformed, "capability").ToException();
        if (request.PageSize > PageMax) throw new Refusal(ErrorCode.Malformed, "page_size").ToException();
        // A token is the last id of the page before: that one may have gone since, and the page goes on behind where it was.
        if (request.PageToken.Length > 0 && !ActId.IsValid(request.PageToken)) throw new Refusal(ErrorCode.Malformed, "page_token").ToException();

        await TakeTurnAsync(context);
        var count = request.PageSize == 0 ? PageDefault : (int)request.PageSize;
        var response = new FindSellersResponse();
        var bytes = 0;
        foreach (var seller in engine.Gate.FindSellers(request.Capability, request.PageToken, count + 1))
        {
            // Listings may be long: a page also ends where a frame would.
            if (response.Sellers.Count == count || (bytes += seller.CalculateSize()) > EnvelopeLimits.FrameBytesMax)
            {
                response.NextPageToken = response.Sellers[^1].Id;
                break;
            }
            response.Sellers.Add(seller);
        }
        var standings = await StandingsAsync([.. response.Sellers.Select(seller => seller.Id)]);
        foreach (var (seller, standing) in response.Sellers.Zip(standings ?? [])) seller.Standing = standing;
        return response;
    }

    // Null while a partition cannot be read: keys are needed to verify anything at all, a sum over all partitions is not.
    async Task<List<Standing>?> StandingsAsync(IReadOnlyList<string> sellers)
    {
        try
        {
            return await engine.StandingsAsync(sellers);
        }
        catch (EngineRefusedException refused) when (refused.Refusal.Code is ErrorCode.PartitionFenced)
        {
            return null;
        }
    }

    // Look-ups are open to everybody, and cost about what a check does.
    async ValueTask TakeTurnAsync(ServerCallContext context)
    {
        var caller = ConnectionDoor.GuestOf(context.GetHttpContext()).Caller;
        if (await budget.TakeAsync(caller)) return;
        await caller.PauseAsync(context.CancellationToken);
        throw new Refusal(ErrorCode.QuotaExceeded, RetryAfter: TimeSpan.FromSeconds(1)).ToException();
    }
}
