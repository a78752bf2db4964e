using Pryx.Core.Audit;

namespace Pryx.Core.Tests.Audit;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("sk-proj-abcDEF0123456789_-abcdef", "[REDACTED]")]
    [InlineData("key sk-ant-api03-abcdefghijklmnop-xyz here", "key [REDACTED] here")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "[REDACTED]")]
    [InlineData("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[REDACTED]")]
    [InlineData("Authorization: Bearer abcdef.ghijkl-mnop", "Authorization: Bearer [REDACTED]")]
    [InlineData("curl -u x https://user:hunter22@example.org/a", "curl -u x https://user:[REDACTED]@example.org/a")]
    [InlineData("export DB_PASSWORD=hunter22 && run", "export DB_PASSWORD=[REDACTED] && run")]
    [InlineData("deploy --token abcd1234 --fast", "deploy --token [REDACTED] --fast")]
    [InlineData("OPENAI_API_KEY='abcd1234'", "OPENAI_API_KEY='[REDACTED]'")]
    [InlineData("a\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----\nb", "a\n[REDACTED]\nb")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\ncut off", "[REDACTED]")]
    public void Secrets_are_taken_out_of_text(string text, string expected) => Assert.Equal(expected, Redaction.OfText(text));

    [Theory]
    [InlineData("session 6f9619ff-8b86-4d01-b42d-00cf4fc964ff")]
    [InlineData("commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("the password is checked by LoginService.cs")]
    [InlineData("ask-me-anything-about-this-long-name")]
    [InlineData("max_tokens: 4096, tokens_in=12345")]
    [InlineData("export API_KEY=$API_KEY")]
    [InlineData("https://example.org:8080/path@v1")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("git rev-parse HEAD # bearer of news")]
    public void What_is_no_secret_stays(string text) => Assert.Equal(text, Redaction.OfText(text));

    [Theory]
    [InlineData("""{"password":"x","user":"bob"}""", """{"password":"[REDACTED]","user":"bob"}""")]
    [InlineData("""{"a":{"api_key":"x","clientSecret":"y"},"b":["sk-abcdefghijklmnopqrst"]}""", """{"a":{"api_key":"[REDACTED]","clientSecret":"[REDACTED]"},"b":["[REDACTED]"]}""")]
    [InlineData("""{"headers":{"Authorization":"Basic x","Cookie":"a=b"},"max_tokens":5,"token_count":3}""", """{"headers":{"Authorization":"[REDACTED]","Cookie":"[REDACTED]"},"max_tokens":5,"token_count":3}""")]
    [InlineData("""{"session_id":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","n":1.50,"t":true,"z":null}""", """{"session_id":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","n":1.50,"t":true,"z":null}""")]
    public void Secret_values_are_taken_out_of_JSON(string json, string expected) => Assert.Equal(expected, Redaction.OfJson(json));

    [Fact]
    public void Broken_JSON_is_taken_as_text() => Assert.Equal("""{"command": "use [REDACTED]""", Redaction.OfJson("""{"command": "use sk-abcdefghijklmnopqrst"""));

    [Theory]
    [InlineData("password=")]
    [InlineData("a_")]
    [InlineData("eyJ")]
    [InlineData("-----BEGIN ")]
    public void A_long_text_made_to_be_slow_is_not(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 50_000 / piece.Length));
        var started = TimeProvider.System.GetTimestamp();
        Redaction.OfText(text);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("a-")]
    [InlineData("QUJD-_x9")]
    [InlineData("a.")]
    [InlineData("a://")]
    [InlineData("-eyJabc")]
    [InlineData("password-")]
    [InlineData("--password ")]
    [InlineData("sk-")]
    [InlineData(" ")]
    [InlineData("-----BEGIN A A ")]
    public void A_text_made_to_be_slow_is_not(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length));
        var started = TimeProvider.System.GetTimestamp();

        Redaction.OfText(text);

        // It took hours when the square of its length was looked at.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("a-b-c_password=abcd", "a-b-c_password=[REDACTED]")]
    [InlineData("{\"my_secret\": \"abcd\"}", "{\"my_secret\": \"[REDACTED]\"}")]
    [InlineData("x --db-password  abcd y", "x --db-password  [REDACTED] y")]
    [InlineData("npm_token=abcd;next", "npm_token=[REDACTED];next")]
    public void The_words_before_the_secret_stay(string text, string expected) => Assert.Equal(expected, Redaction.OfText(text));
}
