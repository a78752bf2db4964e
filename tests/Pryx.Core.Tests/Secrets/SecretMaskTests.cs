using System.Text;
using System.Text.Json;
using Pryx.Core.Secrets.Masking;
using Pryx.Protocol;

namespace Pryx.Core.Tests.Secrets;

/// <summary>What is found, what stays, and that pieces make no difference.</summary>
public sealed class SecretMaskTests
{
    private static SessionSecrets NewMask(params string[] own)
    {
        var known = new KnownSecrets();
        foreach (var value in own)
        {
            known.Add(value, "provider-key");
        }
        return new SessionSecrets(SessionId.New(), known, static (_, _) => Task.CompletedTask);
    }

    public static TheoryData<string, string> Secrets => new()
    {
        { SecretSamples.OpenAi, SecretSamples.OpenAi },
        { "sk-" + "0123456789abcdef0123456789abcdef", "sk-" + "0123456789abcdef0123456789abcdef" },
        { $"key {SecretSamples.Anthropic}, next", SecretSamples.Anthropic },
        { $"export GITHUB_TOKEN={SecretSamples.GitHub}", SecretSamples.GitHub },
        { $"https://{SecretSamples.GitHub}@github.com/a/b", SecretSamples.GitHub },
        { $"\"{SecretSamples.GitHubFine}\"", SecretSamples.GitHubFine },
        { $"a\\n{SecretSamples.GitLab}\\nb", SecretSamples.GitLab },
        { SecretSamples.AwsId, SecretSamples.AwsId },
        { $"{SecretSamples.AwsId},{SecretSamples.AwsSecret}", SecretSamples.AwsSecret },
        { $"aws_secret_access_key = {SecretSamples.AwsSecret}", SecretSamples.AwsSecret },
        { $"\"SecretAccessKey\": \"{SecretSamples.AwsSecret}\"", SecretSamples.AwsSecret },
        { SecretSamples.Slack, SecretSamples.Slack },
        { "https://hooks.slack.com/services/" + "T01ABCDEF/B02GHIJKL/x8KfWq3LmZ9vTr2NbYc7JdPh", "T01ABCDEF/B02GHIJKL/x8KfWq3LmZ9vTr2NbYc7JdPh" },
        { SecretSamples.Google, SecretSamples.Google },
        { $"//registry.npmjs.org/:_authToken={SecretSamples.Npm}", SecretSamples.Npm },
        { SecretSamples.Jwt, SecretSamples.Jwt },
        { $"Authorization: Bearer {SecretSamples.Jwt}", SecretSamples.Jwt },
        { "authorization: Basic dXNlcjpodW50ZXIyMjM0NQ==", "dXNlcjpodW50ZXIyMjM0NQ==" },
        { "123456789:" + "AAHk3Zx9yWv8uTs7rQp6oNm5lKj4iHg3fEd", "AAHk3Zx9yWv8uTs7rQp6oNm5lKj4iHg3fEd" },
        { "DB_PASSWORD=hunter22", "hunter22" },
        { "password: hunter22", "hunter22" },
        { "\"password\": \"letmein\"", "letmein" },
        { "password='correct-horse-9battery'", "correct-horse-9battery" },
        { "spring.datasource.password=letmeinnow", "letmeinnow" },
        { "mysql --password=S3same!Open -u root", "S3same!Open" },
        { "deploy --token 8f14e45fceea167a5a36dedd4bea2543 --fast", "8f14e45fceea167a5a36dedd4bea2543" },
        { "<password>hunter22</password>", "hunter22" },
        { "machine example.org login bob password Qz7vKm2xLp", "Qz7vKm2xLp" },
        { "const apiKey: string = \"a8F3kL9mQ2xZ7vB1nW5t\";", "a8F3kL9mQ2xZ7vB1nW5t" },
        { "client_secret => 'a8F3kL9mQ2xZ7vB1nW5t'", "a8F3kL9mQ2xZ7vB1nW5t" },
        { "{\\\"api_key\\\": \\\"a8F3kL9mQ2xZ7vB1nW5t\\\"}", "a8F3kL9mQ2xZ7vB1nW5t" },
        { "AccountKey=Zx9yWv8uTs7rQp6oNm5lKj4iHg3fEd2cBa1Z+/==;EndpointSuffix=x", "Zx9yWv8uTs7rQp6oNm5lKj4iHg3fEd2cBa1Z+/==" },
        { "STRIPE_KEY=" + "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWDarjtT1zdp7dc" },
        { "postgres://app:s3cr3tPazz@db:5432/app", "s3cr3tPazz" },
        { "amqp://guest:Qwertz77@mq", "Qwertz77" },
        { "?access_token=a8F3kL9mQ2xZ7vB1nW5t&page=2", "a8F3kL9mQ2xZ7vB1nW5t" },
        { SecretSamples.Pem, SecretSamples.KeyLine },
        { "     7\t" + SecretSamples.Pem.Replace("\n", "\n     8\t", StringComparison.Ordinal), SecretSamples.KeyLine },
        { $"KEY=\"{SecretSamples.Pem.Replace("\n", "\\n", StringComparison.Ordinal)}\"", SecretSamples.KeyLine },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_is_masked_and_comes_back(string text, string secret)
    {
        var mask = NewMask();
        var masked = mask.Mask(text);

        Assert.DoesNotContain(secret, masked, StringComparison.Ordinal);
        Assert.Contains("«secret:", masked, StringComparison.Ordinal);
        Assert.Equal(text, mask.Reveal(masked));
        Assert.Equal(masked, mask.Mask(masked));
        Assert.Equal(masked, mask.Mask(text));
    }

    [Fact]
    public void What_is_no_secret_stays()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Secrets", "benign.txt")).Where(line => line.Length > 0 && !line.StartsWith("## ", StringComparison.Ordinal)).ToList();
        var mask = NewMask();

        Assert.True(lines.Count >= 100, $"{lines.Count} lines");
        Assert.Empty(lines.Select(line => (line, Masked: mask.Mask(line))).Where(pair => pair.line != pair.Masked).Select(pair => $"{pair.line}\n  → {pair.Masked}"));
    }

    [Fact]
    public void The_sources_of_this_program_stay_as_they_are()
    {
        var mask = NewMask();
        var changed = Sources().Select(path => (path, Text: File.ReadAllText(path)))
            .Where(file => mask.Mask(file.Text) != file.Text).Select(file => $"{file.path}: {string.Join(" | ", mask.Mask(file.Text).Split('\n').Where(line => line.Contains("«secret:", StringComparison.Ordinal)).Take(3))}").ToList();

        Assert.Empty(changed);
    }

    [Fact]
    public void A_value_that_Pryx_knows_is_found_wherever_it_stands()
    {
        var mask = NewMask("plain-looking-value");
        Assert.DoesNotContain("plain-looking-value", mask.Mask("say plain-looking-value, please"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_was_seen_beside_its_name_is_found_without_it_from_then_on()
    {
        var mask = NewMask();
        var first = mask.Mask("API_KEY=a8F3kL9mQ2xZ7vB1nW5t\n");
        Assert.Equal($"sent {first["API_KEY=".Length..^1]} to them", mask.Mask("sent a8F3kL9mQ2xZ7vB1nW5t to them"));
    }

    [Fact]
    public void A_text_that_only_looks_like_a_placeholder_stands_for_nothing()
    {
        var (mask, other) = (NewMask(), NewMask());
        var issued = mask.Mask(SecretSamples.GitHub);
        var guessed = issued[..^2] + (issued[^2] == '0' ? '1' : '0') + "»";
        using var arguments = JsonDocument.Parse(JsonSerializer.Serialize(new { one = guessed, two = $"a {issued} b", three = "«secret:github-token:1»" }));

        var revealed = mask.Reveal(arguments.RootElement);

        Assert.Equal(guessed, mask.Reveal(guessed));
        Assert.Equal(issued, other.Reveal(issued));
        Assert.Equal($"a {SecretSamples.GitHub} b", revealed.Arguments.GetProperty("two").GetString());
        Assert.Equal(([issued], [guessed]), (revealed.Placeholders, revealed.Unknown));
    }

    [Fact]
    public void Where_a_text_is_cut_into_pieces_makes_no_difference()
    {
        var random = new Random(4711);
        string[] parts = ["password=", "hunter22", " ", "\n", "\r\n", "token: ", SecretSamples.GitHub, SecretSamples.Pem, SecretSamples.Jwt, "https://u:s3cr3tPazz@h/", "eyJ", "sk-", "a", "=", "\"", "«secret:x:", "0123456789", "AKIA", new string('x', 17_000), new string('y', 900), "ü€", "😀", "--token ", "-----BEGIN RSA PRIVATE KEY-----\n", "\\n"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var whole = NewMask();
            var expected = Numbered(whole.Mask(text));
            var pieces = NewMask();
            var stream = pieces.OpenStream();
            var output = new StringBuilder();
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(text.Length - at, random.Next(3) == 0 ? random.Next(1, 30_000) : random.Next(1, 12));
                output.Append(stream.Write(text.AsSpan(at, length)));
                at += length;
            }
            output.Append(stream.Finish());

            Assert.Equal(expected, Numbered(output.ToString()));
            Assert.Equal(text, pieces.Reveal(output.ToString()));
        }
    }

    [Fact]
    public void A_text_made_to_be_slow_is_not()
    {
        foreach (var piece in new[] { "password=", "token:", "eyJ", "-eyJ", "sk-", "a://", ":AA", "AKIA", "-----BEGIN RSA PRIVATE KEY-----", "«secret:", "_key", "\"secret\":\"", "bearer ", "ghp_", "1:AA" })
        {
            var text = string.Concat(Enumerable.Repeat(piece, 300_000 / piece.Length));
            var started = TimeProvider.System.GetTimestamp();
            NewMask().Mask(text);
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"{piece}: {TimeProvider.System.GetElapsedTime(started)}");
        }
    }

    private static IEnumerable<string> Sources()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Pryx.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }
        return Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories);
    }

    // Ids are random: the first becomes 1.
    private static string Numbered(string masked)
    {
        var ids = new Dictionary<string, int>();
        return System.Text.RegularExpressions.Regex.Replace(masked, "«secret:([a-z-]+):([0-9a-z]{8})»", match =>
            $"«{match.Groups[1].Value}:{(ids.TryGetValue(match.Value, out var id) ? id : ids[match.Value] = ids.Count + 1)}»");
    }
}
