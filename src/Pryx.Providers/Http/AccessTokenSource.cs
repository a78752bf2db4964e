namespace Pryx.Providers.Http;

/// <summary>Gives the access token of a person who has signed in with an account; asked before every request, because tokens last minutes to hours and sessions longer.</summary>
/// <param name="rejected">The token that the provider has just refused although it should still hold; null when none was.</param>
/// <exception cref="Protocol.Models.ModelException">Authentication: the person has to sign in again. Network: the token could not be renewed now.</exception>
public delegate ValueTask<string> AccessTokenSource(string? rejected, CancellationToken cancellationToken);
