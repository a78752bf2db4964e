using Microsoft.Extensions.Logging;

namespace Pryx.Core.Logs;

/// <summary>Lets warnings of the web server into the log: their name and their exception, not their text, which may quote a request.</summary>
internal sealed class ServerLogProvider(CoreLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new ServerLogger(log, categoryName);

    public void Dispose()
    {
    }

    private sealed class ServerLogger(CoreLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(new(logLevel == LogLevel.Warning ? LogSeverity.Warning : LogSeverity.Error, "server")
                {
                    Message = $"{category} {eventId.Name ?? eventId.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                    Error = exception is null ? null : LogError.Of(exception),
                });
            }
        }
    }
}
