using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Protocol.Setup;
using Pryx.Tui.Input;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Sessions;
using Pryx.Tui.Shell;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Setup;

/// <summary>The first steps: sign-in (or offline), provider, key, model. It can be left and gone on with at any time.</summary>
internal sealed class SetupScreen : IScreen
{
    private readonly TuiContext _ui;
    private readonly SetupState _state = new();
    private readonly SetupCalls _calls;
    private readonly ListView<(string Id, string Text, string About)> _list;
    private readonly TextField _field = new() { HasFocus = true };

    public SetupScreen(TuiContext ui)
    {
        (_ui, _calls) = (ui, new SetupCalls(ui, _state));
        _list = new(static (item, width) => Rows.Of(width, "●", Ink.Accent, item.Text, item.About, "")) { HasFocus = true, Chosen = Choose };
        _field.Submitted = TryKey;
    }

    public string Name => "Setup";
    public bool TakesText => _state.Page == SetupPage.Key;
    public IReadOnlyList<(string Keys, string What)> Hints => [("Enter", "go on"), ("S", "skip the sign-in, stay offline"), ("B", "back")];

    public void Show() => _ui.Run(async cancellationToken =>
    {
        await _ui.Link.WhenReadyAsync(cancellationToken);
        await _calls.ReadAsync(cancellationToken);
        if (_state.Page == SetupPage.Cloud && _state.Step(SetupSteps.Cloud) is { State: not SetupStates.Open })
        {
            await GoToProvidersAsync(cancellationToken);
        }
    }, Fail);

    public void Draw(Canvas canvas)
    {
        var lines = SetupText.Lines(_state, Math.Min(canvas.Width - 4, 96));
        var from = Math.Max(0, lines.Count - (canvas.Height - (HasList ? 5 : 3)));
        var y = canvas.Height >= lines.Count + 8 ? 1 : 0;
        foreach (var line in lines.Skip(from))
        {
            canvas.Line(2, y++, line);
        }
        if (HasList)
        {
            _list.Draw(canvas.Within(new(1, y + 1, Math.Min(canvas.Width - 2, 98), Math.Max(1, canvas.Height - y - 2))));
        }
        else if (_state.Page == SetupPage.Key)
        {
            _field.IsMasked = _state.Provider != "ollama";
            canvas.Text(2, y, "›", new TextStyle(Ink.Accent).With(Effects.Bold));
            _field.Draw(canvas.Within(new(4, y, Math.Max(8, canvas.Width - 6), 1)));
        }
        canvas.Line(1, canvas.Height - 1, KeyHints.Line(canvas.Width - 2, SetupText.Hints(_state)));
    }

    public bool OnKey(Key key)
    {
        if (_state.Page == SetupPage.Key)
        {
            return OnFieldKey(key);
        }
        if (key == Key.Enter && !HasList)
        {
            Enter();
            return true;
        }
        if (_state.Page == SetupPage.Cloud && (key.Is('s') || key.Is('S')))
        {
            Work("Working offline", async token =>
            {
                await _calls.StepAsync(SetupSteps.Cloud, new SetupInput(SetupActions.Skip), token);
                await GoToProvidersAsync(token);
            });
            return true;
        }
        if ((key.Is('b') || key.Is('B')) && _state.Page > SetupPage.Cloud)
        {
            Work("Reading", GoToProvidersAsync);
            return true;
        }
        return HasList && _list.OnKey(key);
    }

    public bool OnPaste(string text) => _state.Page == SetupPage.Key && _field.OnPaste(text.Trim());

    public bool OnMouse(MouseEvent mouse) => HasList && _list.OnMouse(mouse);

    private bool HasList => _state.Page is SetupPage.Provider or SetupPage.Model;

    private bool OnFieldKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            _field.Clear();
            Work("Reading", GoToProvidersAsync);
            return true;
        }
        return _field.OnKey(key);
    }

    private void Enter()
    {
        if (_state.Page == SetupPage.Done)
        {
            _ui.ShowScreen("Chat");
        }
        else if (_state.Code is { } code)
        {
            Work("Waiting until you have entered the code", async token =>
            {
                try
                {
                    await _calls.PollLoginAsync(code, token);
                }
                catch (PryxException e) when (e.Code == "CODE_EXPIRED")
                {
                    _state.Code = null;
                    throw;
                }
                await GoToProvidersAsync(token);
            });
        }
        else
        {
            Work("Asking the cloud for a code", async token => _state.Code = await _calls.BeginLoginAsync(token));
        }
    }

    private void Choose((string Id, string Text, string About) item)
    {
        if (_state.Page == SetupPage.Model)
        {
            Work($"Asking {item.Id} for a first sign of life", async token =>
            {
                var answer = await _calls.StepAsync(SetupSteps.Provider, new SetupInput(SetupActions.Complete) { Provider = _state.Provider, ApiKey = _state.Key, Model = item.Id }, token);
                (_state.Key, _state.Page) = (null, SetupPage.Done);
                if (answer.KeptIn is { } place)
                {
                    _ui.Toast($"The key is kept in {place}.", Ink.Success);
                }
            });
            return;
        }
        _state.Provider = item.Id;
        // What lies ready needs no key.
        if (_state.Step(SetupSteps.Provider)?.Found.Any(found => found.Id == item.Id && found.Kind is "key" or "account" or "server") == true && item.About.Length > 0)
        {
            Work($"Asking {item.Id} what it has", token => TryAsync(null, token));
        }
        else
        {
            _state.Page = SetupPage.Key;
            _field.Clear();
        }
    }

    private void TryKey(string typed)
    {
        var text = typed.Trim();
        Work($"Asking {_state.Provider} what it has", token => TryAsync(text.Length == 0 ? null : text, token));
    }

    private async Task TryAsync(string? typed, CancellationToken cancellationToken)
    {
        var isOllama = _state.Provider == "ollama";
        var tried = await _calls.TryAsync(_state.Provider!, isOllama ? null : typed, isOllama ? typed : null, cancellationToken);
        if (!tried.Test.Ok && tried.Models.Count == 0)
        {
            throw new PryxException("PROVIDER_REFUSED", tried.Test.Reason ?? $"{_state.Provider} did not answer.", isOllama ? "start it with: ollama serve" : "type the key again, or choose another provider with Esc");
        }
        _field.Clear();
        (_state.Key, _state.Models, _state.ProposedModel, _state.Page) = (isOllama ? null : typed, tried.Models, tried.Model, SetupPage.Model);
        _list.Items = [.. tried.Models.OrderByDescending(model => model == tried.Model).Select(model => (model, model, model == tried.Model ? "proposed" : ""))];
        _list.Selected = 0;
    }

    private async Task GoToProvidersAsync(CancellationToken cancellationToken)
    {
        await _calls.ReadAsync(cancellationToken);
        _state.Code = null;
        _state.Page = SetupPage.Provider;
        var found = _state.Step(SetupSteps.Provider)?.Found ?? [];
        var rows = found.Select(static one => (one.Id, one.Name, About: one.About ?? one.Variable ?? one.Url ?? "ready")).ToList();
        try
        {
            var listed = await _ui.Core.GetAsync("/api/v1/providers", ProvidersJson.Default.ProviderList, cancellationToken);
            rows.AddRange(listed.Providers.Where(provider => rows.All(row => row.Id != provider.Id)).Select(static provider => (provider.Id, provider.Name, provider.Local ? "on this machine" : "")));
        }
        catch (PryxException e)
        {
            (_state.Trouble, _state.Next) = ($"Failed to fetch providers: {e.Message}", e.Next ?? "Start it with `pryx serve`");
        }
        _list.Items = rows;
        _list.Selected = 0;
    }

    private void Work(string doing, Func<CancellationToken, Task> workAsync)
    {
        (_state.Doing, _state.Trouble, _state.Next) = (doing, null, null);
        _ui.Run(async cancellationToken =>
        {
            await workAsync(cancellationToken);
            _state.Doing = null;
        }, Fail);
    }

    private void Fail(PryxException failure) => (_state.Doing, _state.Trouble, _state.Next) = (null, failure.Message, failure.Next);
}
