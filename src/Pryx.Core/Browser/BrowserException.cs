namespace Pryx.Core.Browser;

/// <summary>The browser or its page could not do it; the message is for the model.</summary>
public sealed class BrowserException(string message, Exception? inner = null) : Exception(message, inner);
