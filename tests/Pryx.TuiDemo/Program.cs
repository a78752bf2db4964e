using Pryx.Tui.Driver;
using Pryx.Tui.Rendering;
using Pryx.TuiDemo;

var traits = new TerminalTraits { Term = "xterm-256color", ColorTerm = args.Contains("--plain") ? null : "truecolor", WantsNoColour = args.Contains("--plain") };
using var terminal = SystemTerminal.Open(traits, TimeProvider.System);
var view = new DemoView();
using var app = new App(terminal, view, new AppOptions { Traits = traits, FollowsTerminal = args.Contains("--ask") }, TimeProvider.System);
view.App = app;
return await app.RunAsync(CancellationToken.None);
