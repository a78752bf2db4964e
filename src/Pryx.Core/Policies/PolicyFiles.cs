using System.Collections.Concurrent;
using Pryx.Agent.Policy.Documents;
using Pryx.Agent.Policy;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;

namespace Pryx.Core.Policies;

/// <summary>A policy file, read.</summary>
/// <param name="Document">Null when there are problems.</param>
public sealed record PolicyFile(string Path, string Name, PolicyDocument? Document, IReadOnlyList<PolicyProblem> Problems);

/// <summary>
/// The written policies: <c>policies/*.yaml</c> in the data directory, to be chosen by name; <c>policies/user.yaml</c> there, which
/// always counts; <c>.pryx/policies/*.yaml</c> of a trusted workspace, which can only tighten. A file is read anew when it has changed.
/// </summary>
/// <param name="folder">The data directory's; need not exist.</param>
/// <param name="home">Canonical.</param>
public sealed class PolicyFiles(string folder, string home)
{
    /// <summary>The policy that counts in every session, beside the chosen one.</summary>
    public const string User = "user";

    private readonly ConcurrentDictionary<string, (DateTime Written, long Size, PolicyFile File)> _read = new(StringComparer.Ordinal);

    public string Folder => folder;

    /// <summary>By name; broken ones too.</summary>
    public IReadOnlyList<PolicyFile> List() => ListIn(folder);

    /// <summary>Those of a workspace; broken ones too.</summary>
    public IReadOnlyList<PolicyFile> ListOf(string workspace) => ListIn(Path.Combine(workspace, ".pryx", "policies"));

    /// <summary>By the name in the file, or the file's own; null when there is none.</summary>
    public PolicyFile? Find(string name) => List().FirstOrDefault(file => string.Equals(file.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? List().FirstOrDefault(file => string.Equals(Path.GetFileNameWithoutExtension(file.Path), name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="PryxException">POLICY_INVALID, with every problem in the details.</exception>
    public static PolicyDocument Require(PolicyFile file) => file.Document ?? throw Invalid(file.Path, file.Problems);

    /// <exception cref="PryxException">POLICY_INVALID</exception>
    public PolicyDocument Parse(string text, string ifNameless)
    {
        var yaml = new PolicyYaml(home);
        return yaml.Read(text, ifNameless) ?? throw Invalid(ifNameless, yaml.Problems);
    }

    public IReadOnlyList<PolicyProblem> Check(string text)
    {
        var yaml = new PolicyYaml(home);
        yaml.Read(text, "policy");
        return yaml.Problems;
    }

    private List<PolicyFile> ListIn(string place)
    {
        try
        {
            return !Directory.Exists(place) ? [] :
            [
                .. new DirectoryInfo(place).EnumerateFiles().Where(static file => file.Extension is ".yaml" or ".yml").OrderBy(static file => file.Name, StringComparer.Ordinal).Select(Read),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that can not be listed may hold a policy that denies.
            return [new(place, Path.GetFileName(place), null, [new(1, 1, $"the folder can not be read: {e.Message}")])];
        }
    }

    private PolicyFile Read(FileInfo file)
    {
        var name = Path.GetFileNameWithoutExtension(file.Name);
        try
        {
            if (_read.TryGetValue(file.FullName, out var known) && known.Written == file.LastWriteTimeUtc && known.Size == file.Length)
            {
                return known.File;
            }
            if (file.Length > PolicyYaml.MaxLength)
            {
                return new(file.FullName, name, null, [new(1, 1, $"the file is larger than {PolicyYaml.MaxLength:N0} bytes")]);
            }
            var yaml = new PolicyYaml(home);
            var document = yaml.Read(File.ReadAllText(file.FullName), name);
            var read = new PolicyFile(file.FullName, document?.Name ?? name, document, [.. yaml.Problems]);
            _read[file.FullName] = (file.LastWriteTimeUtc, file.Length, read);
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(file.FullName, name, null, [new(1, 1, $"the file can not be read: {StorageErrors.Translate(e, file.FullName).Message}")]);
        }
    }

    private static PryxException Invalid(string path, IReadOnlyList<PolicyProblem> problems) => new(
        "POLICY_INVALID",
        $"The policy {path} can not be used: {problems[0]}{(problems.Count > 1 ? $" (and {problems.Count - 1} more)" : "")}.",
        "pryx policy check FILE lists every problem; until they are mended no turn runs under it");
}

/// <summary>Stands for a policy file that can not be read: what it would have said is not known, so everything is denied.</summary>
internal sealed class BrokenPolicyLayer(PolicyFile file) : IPolicyLayer
{
    private readonly Judgement _deny = new(
        Decision.Deny, $"policy:{file.Name}", $"The policy file {file.Path} can not be read ({file.Problems[0]}), and until it is mended every call is denied.");

    public string Name => _deny.Rule;
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, Agent.Tools.ToolAccess? access, GrantSet grants) => access is null && PolicyTools.IsHarmless(request.Tool) ? null : _deny;
}
