using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>What a provider remembers of its requests; asked from tests while requests come in.</summary>
internal sealed class RequestBook
{
    private readonly Lock _gate = new();
    private readonly List<FakeRequest> _requests = [];
    private readonly List<FakeViolation> _violations = [];
    private TokenUsage _usage;

    public IReadOnlyList<FakeRequest> Requests { get { lock (_gate) { return [.. _requests]; } } }
    public IReadOnlyList<FakeViolation> Violations { get { lock (_gate) { return [.. _violations]; } } }
    public TokenUsage Usage { get { lock (_gate) { return _usage; } } }

    /// <param name="create">Gets the request's number.</param>
    public FakeRequest Add(Func<int, FakeRequest> create)
    {
        lock (_gate)
        {
            var request = create(_requests.Count + 1);
            _requests.Add(request);
            return request;
        }
    }

    public void Record(FakeRequest request, IReadOnlyList<FakeViolation> violations)
    {
        lock (_gate)
        {
            request.Violations = [.. request.Violations, .. violations];
            _violations.AddRange(violations);
        }
    }

    public void Count(FakeRequest request, TokenUsage usage)
    {
        lock (_gate)
        {
            request.Usage = usage;
            _usage += usage;
        }
    }
}
