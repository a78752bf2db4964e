using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;

namespace Pryx.Tui.Link;

/// <summary>Core as the screens reach it: the daemon of this data directory, which may go away and come back at any time.</summary>
internal interface ICoreLink : IAsyncDisposable
{
    /// <summary>What the typed client can say. Its calls fail while Core is away.</summary>
    IPryxClient Client { get; }

    /// <summary>Finds the daemon; where none runs, starts one that ends itself once nobody uses it. Returns when it answers.</summary>
    /// <exception cref="PryxException">Why there is none.</exception>
    Task ConnectAsync(CancellationToken cancellationToken);

    /// <summary>True when Core answers at once.</summary>
    Task<bool> AnswersAsync(CancellationToken cancellationToken);

    /// <summary>The body of a route's answer.</summary>
    /// <param name="path">Begins with a slash, its query escaped.</param>
    /// <param name="json">The body that is sent; null for none.</param>
    /// <exception cref="PryxException">As the error body says; CORE_GONE when nobody answers.</exception>
    Task<string> SendAsync(string method, string path, string? json, CancellationToken cancellationToken);
}
