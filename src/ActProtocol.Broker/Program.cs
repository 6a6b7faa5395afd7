using ActProtocol.Broker.Hosting;

return await CommandLine.RunAsync(args);
