using Pryx.Agent.Models;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Agent.Tests.Models;

public sealed class ModelRouteTests
{
    private static readonly ModelInfo _large = Model("a/large", 10);
    private static readonly ModelInfo _middle = Model("b/middle", 3);
    private static readonly ModelInfo _small = Model("a/small", 1);

    private readonly List<string> _said = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_jobs_go_to_the_small_model_and_to_the_turns_own_when_that_fails()
    {
        var route = Route(_small, _large);

        Assert.Equal("a/large", await NextAsync(route, CallKind.Step));
        Assert.Equal("a/small", await NextAsync(route, CallKind.Summary));
        var retry = route.AfterFailure(Target(_small), new ModelException(ModelFailure.ModelNotFound, "No such model."), 1);

        Assert.Equal(("fallback", "a/small unavailable, trying a/large. No such model."), (retry!.Notice.Kind, retry.Notice.Text));
        Assert.Equal("a/large", await NextAsync(route, CallKind.Summary));
        Assert.Equal("a/large", await NextAsync(route, CallKind.Step));
        Assert.Empty(_said);
    }

    [Fact]
    [Requirement("MOD9", "queue or cheaper")]
    public async Task A_budget_may_ask_for_a_cheaper_model_of_the_users()
    {
        var route = Route(null, _large, _middle, _small);
        var needs = new CallNeeds { InputTokens = 10_000, WorstInputTokens = 10_000 };

        // 10,256 tokens at 1 USD a million; the dearer ones cost 0.03 and 0.10 USD.
        Assert.False(route.UseCheaper(needs, 0.001m));
        Assert.Equal("a/large", await NextAsync(route, CallKind.Step, needs));
        Assert.True(route.UseCheaper(needs, 0.02m));
        Assert.Equal("a/small", await NextAsync(route, CallKind.Step, needs));
        Assert.Equal("a/large would cost more than the budget has left, going on with a/small.", Assert.Single(_said));
        Assert.False(route.UseCheaper(needs, 0.02m));
        Assert.Equal("a/small", await NextAsync(route, CallKind.Step, needs));
    }

    [Fact]
    [Requirement("MOD8", "fallback chain")]
    public async Task The_chain_is_walked_to_its_end_and_the_last_failure_is_told()
    {
        var route = Route(null, _large, _middle);
        await NextAsync(route, CallKind.Step);
        var first = new ModelException(ModelFailure.ServerError, "a is down.");

        // One more try, then the next model; that one has its own tries, by the whole table, for nobody is left.
        Assert.Equal(TimeSpan.FromSeconds(1), route.AfterFailure(Target(_large), first, 1)!.Delay);
        Assert.Equal("a/large unavailable, trying b/middle. a is down.", route.AfterFailure(Target(_large), first, 2)!.Notice.Text);
        Assert.Equal("b/middle", await NextAsync(route, CallKind.Step));
        var second = new ModelException(ModelFailure.ServerError, "b is down.");
        Assert.Equal([1, 2, 4], Enumerable.Range(3, 3).Select(attempt => (int)route.AfterFailure(Target(_middle), second, attempt)!.Delay.TotalSeconds));
        Assert.Null(route.AfterFailure(Target(_middle), second, 6));
    }

    [Theory]
    [InlineData(ModelFailure.Refused)]
    [InlineData(ModelFailure.InvalidRequest)]
    [InlineData(ModelFailure.ContextTooLong)]
    public async Task What_a_provider_refuses_is_not_carried_to_the_next(ModelFailure failure)
    {
        var route = Route(null, _large, _middle);
        await NextAsync(route, CallKind.Step);

        Assert.Null(route.AfterFailure(Target(_large), new ModelException(failure, "No."), 1));
    }

    [Fact]
    public async Task A_fallback_that_can_not_take_the_call_is_passed_over()
    {
        var route = Route(null, _large, _middle with { ContextWindow = 5_000 }, _small with { Ref = new("c", "small") });
        var needs = new CallNeeds { InputTokens = 10_000 };
        await NextAsync(route, CallKind.Step, needs);

        Assert.Equal("a/large unavailable, trying c/small. Key.", route.AfterFailure(Target(_large), new ModelException(ModelFailure.Authentication, "Key."), 1)!.Notice.Text);
        Assert.Equal("c/small", await NextAsync(route, CallKind.Step, needs));
    }

    private static ModelRoute Route(ModelInfo? small, params ModelInfo[] models) => new(
        new RoutePlan
        {
            Models = models,
            ConnectAsync = static (_, _) => Task.FromResult<Microsoft.Extensions.AI.IChatClient>(new ScriptedModel()),
            SmallAsync = (_, _) => Task.FromResult(small),
        },
        new QuietTraffic(), "session", TimeProvider.System);

    private async Task<string> NextAsync(ModelRoute route, CallKind kind, CallNeeds? needs = null) => (await route.NextAsync(kind, needs ?? new(), notice =>
    {
        _said.Add(notice.Text);
        return Task.CompletedTask;
    }, Cancel)).Model.Ref.ToString();

    private static ModelTarget Target(ModelInfo model) => new(model, new ScriptedModel());

    private static ModelInfo Model(string id, decimal price) => new(ModelRef.TryParse(id, out var model) ? model : throw new ArgumentException(id)) { Price = new(price, price) };

    /// <summary>Everybody is well.</summary>
    private sealed class QuietTraffic : IModelTraffic
    {
        public ProviderOutage? OutageOf(string provider) => null;
        public bool TryBegin(string provider) => true;
        public Task WaitForTrialAsync(string provider, CancellationToken cancellationToken) => Task.CompletedTask;
        public TimeSpan WaitOf(ModelInfo model) => TimeSpan.Zero;
        public Task QueueAsync(ModelInfo model, string session, Func<TimeSpan, Task> sayAsync, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Answered(ModelInfo model)
        {
        }

        public void Failed(ModelInfo model, ModelException failure)
        {
        }

        public void Heard(ModelInfo model, RateLimitState limits)
        {
        }
    }
}
