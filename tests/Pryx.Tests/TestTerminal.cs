using System.Threading.Channels;
using Pryx.Commands;
using Pryx.Commands.Run;
using Pryx.Host;
using Pryx.Protocol.Client;
using Pryx.Terminal;
using Pryx.Testing;

namespace Pryx.Tests;

/// <summary>The streams and keys of a command, captured: a pipe unless the test makes a terminal of it.</summary>
internal sealed class TestTerminal : IDisposable
{
    public TestTerminal(FakeClient client)
    {
        Client = client;
        Interrupts = new Interrupts(Exits.Add);
        Io = new CommandIo
        {
            Out = Out,
            Error = Error,
            OpenIn = () => new StringReader(""),
            Keyboard = Keys,
            WorkingDirectory = Home.Workspace,
            Environment = new ProcessEnvironment { WantsNoColor = true, UserName = "alice" },
            Time = Time,
            Interrupts = () => Interrupts,
            ConnectAsync = (options, _) =>
            {
                Connected = options;
                return Task.FromResult<IPryxClient>(client);
            },
        };
    }

    public FakeClient Client { get; }
    public StringWriter Out { get; } = new() { NewLine = "\n" };
    public StringWriter Error { get; } = new() { NewLine = "\n" };
    public ScriptedKeyboard Keys { get; } = new();
    public TempHome Home { get; } = new();
    public FakeTime Time { get; } = new();
    public List<int> Exits { get; } = [];
    public Interrupts Interrupts { get; }
    public ConnectOptions? Connected { get; private set; }
    public CommandIo Io { get; private set; }

    public TestTerminal WithTerminal(int width = 80, int height = 40)
    {
        Io = Io with { IsInTerminal = true, IsErrorTerminal = true, IsOutTerminal = true, Size = () => (width, height) };
        return this;
    }

    public TestTerminal With(Func<CommandIo, CommandIo> change)
    {
        Io = change(Io);
        return this;
    }

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(Io, "pryx", args).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);

    public void Dispose() => Home.Dispose();
}

/// <summary>Keys as a test types them; whoever reads more waits.</summary>
internal sealed class ScriptedKeyboard : IKeyboard
{
    private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();

    public void Type(string text)
    {
        foreach (var letter in text)
        {
            var key = letter switch { '\n' => ConsoleKey.Enter, '\e' => ConsoleKey.Escape, '\b' => ConsoleKey.Backspace, _ => ConsoleKey.None };
            _keys.Writer.TryWrite(new ConsoleKeyInfo(letter, key, shift: false, alt: false, control: false));
        }
    }

    public void Discard()
    {
        while (_keys.Reader.TryRead(out _))
        {
            // Typed too early.
        }
        Shown?.Invoke();
    }

    /// <summary>Runs when a card has thrown early keys away and is about to appear: the earliest moment a key can count.</summary>
    public Action? Shown { get; set; }

    public Task<ConsoleKeyInfo> ReadAsync(CancellationToken cancellationToken) => _keys.Reader.ReadAsync(cancellationToken).AsTask();
}
