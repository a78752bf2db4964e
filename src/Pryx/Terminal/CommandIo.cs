using Pryx.Commands.Run;
using Pryx.Host;
using Pryx.Protocol.Client;

namespace Pryx.Terminal;

/// <summary>Everything a command touches besides Core: the streams, whether a person is behind them, the clock, the environment.</summary>
internal sealed record CommandIo
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    /// <summary>Opened on demand: a command that needs no stdin does not touch it.</summary>
    public required Func<TextReader> OpenIn { get; init; }

    /// <summary>Bytes, for a protocol that is spoken over the standard streams.</summary>
    public Func<Stream> OpenRawIn { get; init; } = Console.OpenStandardInput;
    public Func<Stream> OpenRawOut { get; init; } = Console.OpenStandardOutput;

    public bool IsOutTerminal { get; init; }
    public bool IsErrorTerminal { get; init; }
    public bool IsInTerminal { get; init; }

    /// <summary>Columns and rows of the terminal; 80 by 24 when there is none.</summary>
    public Func<(int Width, int Height)> Size { get; init; } = static () => (80, 24);
    public required IKeyboard Keyboard { get; init; }

    /// <summary>Lets a person edit a text in their editor; null when none is set. Returns null when the editor failed.</summary>
    public Func<string, string, CancellationToken, Task<string?>>? EditAsync { get; init; }
    /// <summary>False when there is no browser to open.</summary>
    public Func<Uri, bool> OpenBrowser { get; init; } = static _ => false;
    public ProcessEnvironment Environment { get; init; } = new();
    public required string WorkingDirectory { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public required Func<ConnectOptions, CancellationToken, Task<IPryxClient>> ConnectAsync { get; init; }

    /// <summary>Pryx has never been here: there is no database yet.</summary>
    public Func<bool> IsNew { get; init; } = static () => false;

    /// <summary>Which Pryx the routes and the configuration are of.</summary>
    public Reach Reach { get; init; } = Reach.OfProcess;

    /// <summary>What Ctrl-C and SIGTERM do from here on.</summary>
    public Func<Interrupts> Interrupts { get; init; } = Commands.Run.Interrupts.OfProcess;

    /// <summary>A person can be asked: the question goes to stderr, the answer comes from stdin.</summary>
    public bool CanAsk => IsInTerminal && IsErrorTerminal;
    public Style OutStyle => new(IsOutTerminal && !Environment.WantsNoColor);
    public Style ErrorStyle => new(IsErrorTerminal && !Environment.WantsNoColor);
    public string Principal => $"cli:{Environment.UserName}";

    public static CommandIo ForProcess()
    {
        var environment = ProcessEnvironment.Read();
        return new CommandIo
        {
            Out = Console.Out,
            Error = Console.Error,
            OpenIn = static () => Console.In,
            IsOutTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            IsInTerminal = !Console.IsInputRedirected,
            Size = () => ReadSize(environment),
            Keyboard = new ConsoleKeyboard(),
            Environment = environment,
            EditAsync = environment.Editor is { } editor ? (text, fileName, cancellationToken) => EditorProcess.EditAsync(editor, text, fileName, cancellationToken) : null,
            OpenBrowser = environment.HasDisplay ? BrowserProcess.Open : static _ => false,
            WorkingDirectory = System.Environment.CurrentDirectory,
            IsNew = static () => Reach.OfProcess.IsNew,
            ConnectAsync = (options, cancellationToken) => Reach.OfProcess.ConnectAsync(options, warning => Console.Error.WriteLine($"Warning: {SafeText.Of(warning)}"), cancellationToken),
        };
    }

    private static (int Width, int Height) ReadSize(ProcessEnvironment environment)
    {
        if (environment.Columns is { } columns)
        {
            return (columns, 24);
        }
        try
        {
            return (Console.WindowWidth is > 0 and var width ? width : 80, Console.WindowHeight is > 0 and var height ? height : 24);
        }
        catch (IOException)
        {
            return (80, 24);
        }
    }
}
