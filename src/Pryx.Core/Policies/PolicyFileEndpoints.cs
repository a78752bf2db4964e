using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Policy.Documents;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;

namespace Pryx.Core.Policies;

/// <summary>The written policies: which there are, whether a text is one, whether it does what its tests say, and what it would have done in the past.</summary>
public sealed class PolicyFileEndpoints(PolicyFiles files, PolicyExplanation explanation, PolicySimulation simulation, TimeProvider time)
{
    private static readonly TimeSpan IfNotSaid = TimeSpan.FromDays(30);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/policies/files", "The policy files, broken ones with what is wrong with them") { Response = PoliciesJson.Default.PolicyFileList }, ListAsync);
        routes.Add(new("GET", "/api/v1/policies/files/{name}", "A policy file as it is written") { Response = PoliciesJson.Default.PolicyFileBody }, ShowAsync);
        routes.Add(new("GET", "/api/v1/policies/schema", "The JSON schema of policy files, for editors"), SchemaAsync);
        routes.Add(new("POST", "/api/v1/policies/check", "What is wrong with the text of a policy file, with line and column; nothing is stored")
        { Scope = Scopes.Admin, Request = PoliciesJson.Default.PolicyText, Response = PoliciesJson.Default.CheckedPolicy, MaxBody = PolicyYaml.MaxLength * 2 }, CheckAsync);
        routes.Add(new("POST", "/api/v1/policies/test", "Runs the tests that stand in a policy file")
        { Scope = Scopes.Admin, Request = PoliciesJson.Default.PolicyText, Response = PoliciesJson.Default.TestedPolicy, MaxBody = PolicyYaml.MaxLength * 2 }, TestAsync);
        routes.Add(new("POST", "/api/v1/policies/simulate", "Judges the tool calls of the past by a policy: what it would have blocked, which questions it would have saved")
        { Scope = Scopes.Admin, Request = PoliciesJson.Default.PolicyText, Response = PoliciesJson.Default.SimulatedPolicy, MaxBody = PolicyYaml.MaxLength * 2 }, SimulateAsync);
    }

    private Task ListAsync(HttpContext http) => http.WriteAsync(new PolicyFileList(files.Folder, [.. files.List().Select(static file => BodyOf(file, withText: false))]), PoliciesJson.Default.PolicyFileList);

    private async Task ShowAsync(HttpContext http)
    {
        var file = files.Find(http.RouteText("name")) ?? throw new PryxException("POLICY_NOT_FOUND", $"There is no policy file of that name in {files.Folder}.", "pryx policy list, or GET /api/v1/policies/files, shows those there are.");
        await http.WriteAsync(BodyOf(file, withText: true), PoliciesJson.Default.PolicyFileBody);
    }

    private static async Task SchemaAsync(HttpContext http)
    {
        http.Response.ContentType = "application/schema+json";
        await http.Response.WriteAsync(PolicySchema.Text, http.RequestAborted);
    }

    private async Task CheckAsync(HttpContext http)
    {
        var input = await http.ReadAsync(PoliciesJson.Default.PolicyText);
        var problems = files.Check(input.Text ?? throw Missing());
        await http.WriteAsync(new CheckedPolicy(problems.Count == 0, problems), PoliciesJson.Default.CheckedPolicy);
    }

    private async Task TestAsync(HttpContext http)
    {
        var input = await http.ReadAsync(PoliciesJson.Default.PolicyText);
        var document = Document(input);
        var results = new List<TestedExample>();
        foreach (var example in document.Examples)
        {
            using var args = JsonDocument.Parse(example.Args);
            var call = new ExplainCall(example.Tool, args.RootElement) { Workspace = document.Root is { } root && Directory.Exists(root) ? root : input.Workspace, Policy = input.Name, PolicyText = input.Text };
            string decision, rule, reason;
            try
            {
                var judged = await explanation.OfAsync(call, http.RequestAborted);
                (decision, rule, reason) = (judged.Decision, judged.Rule, judged.Reason);
            }
            catch (PryxException e) when (e.Code is "VALIDATION_ERROR" or "WORKSPACE_MISSING")
            {
                (decision, rule, reason) = ("error", "", e.Message);
            }
            var expected = example.Expected.ToString().ToLowerInvariant();
            results.Add(new(example.Line, example.Tool, example.Args, expected, decision, decision == expected, rule, reason));
        }
        await http.WriteAsync(new TestedPolicy(document.Name, results.Count(static result => result.Passed), results.Count(static result => !result.Passed), results), PoliciesJson.Default.TestedPolicy);
    }

    private async Task SimulateAsync(HttpContext http)
    {
        var input = await http.ReadAsync(PoliciesJson.Default.PolicyText);
        if (input.Text is null && input.Name is null)
        {
            throw Missing();
        }
        var span = input.Since is not { } said ? IfNotSaid
            : ConfigDuration.TryParse(said, out var parsed) && parsed > TimeSpan.Zero ? parsed
            : throw new PryxException("VALIDATION_ERROR", "since: a duration is expected, such as 12h or 30d");
        if (input.Text is { } text)
        {
            files.Parse(text, input.Name ?? "policy");
        }
        await http.WriteAsync(await simulation.RunAsync(input.Name, input.Text, time.GetUtcNow() - span, http.RequestAborted), PoliciesJson.Default.SimulatedPolicy);
    }

    private PolicyDocument Document(PolicyText input) => input.Text is { } text
        ? files.Parse(text, input.Name ?? "policy")
        : PolicyFiles.Require(files.Find(input.Name ?? throw Missing()) ?? throw new PryxException("POLICY_NOT_FOUND", $"There is no policy file '{input.Name}' in {files.Folder}.", "pryx policy list, or GET /api/v1/policies/files, shows those there are."));

    private static PolicyFileBody BodyOf(PolicyFile file, bool withText) => new(file.Name, file.Path, file.Document?.Description, file.Name == PolicyFiles.User, file.Problems)
    {
        Text = withText && File.Exists(file.Path) ? File.ReadAllText(file.Path) : null,
    };

    private static PryxException Missing() => new("VALIDATION_ERROR", "text: the text of a policy file is expected, or name: that of one in the policies folder");
}
