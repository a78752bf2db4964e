namespace Pryx.Core.Tests.Secrets;

/// <summary>Values that look like the real ones and open nothing; each is put together here, so that no scanner of repositories takes it for a leak.</summary>
internal static class SecretSamples
{
    public static string OpenAi => "sk-" + "proj-Ab3dEf6hIj9lMn2pQr5tUv8xYz1B";
    public static string Anthropic => "sk-" + "ant-api03-Zx9yWv8uTs7rQp6oNm5lKj4iHg3f-AA";
    public static string GitHub => "gh" + "p_" + "x9KfWq3LmZ8vTr2NbYc7JdPh5SgE4uAo6iQw";
    public static string GitHubFine => "github" + "_pat_" + "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789";
    public static string GitLab => "gl" + "pat-" + "Xy7zKq2mNp4rSt9vWb3c";
    public static string AwsId => "AK" + "IA" + "QX7LMZ2RTYPB5NWC";
    public static string AwsSecret => "wJa7rXUtnF3MI" + "/K7MDENGbPxRfiCYzQp8LmTv5sWe";
    public static string Slack => "xox" + "b-2817364550-9182736455-QwErTyUiOp7aSdFgHj";
    public static string Google => "AI" + "za" + "SyD3kP9vXq7mB2nL5tR8wY1cF4hJ6gZ0aUo";
    public static string Npm => "np" + "m_" + "k2VtX9bQ4mZ7wR1yP6sN3cL8hJ5gD0fAeTuI";
    public static string Jwt => "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.Q9kZ7xW2vB5nM8pL1rT4yC6hJ3gF0dSa";
    public static string KeyLine => "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDf7xKq2mZ9vTr3";
    public static string Pem => "-----BEGIN PRIVATE" + " KEY-----\n" + KeyLine + "\nQx8LmTv5sWe2RtYpB5NwCk7Zf3Hd9GjAaU4iOo6EqXcVb1Mn0Ls\n-----END PRIVATE" + " KEY-----";
    public static string Password => "Tr0ub4dor-3xyz!";
    public static string UrlPassword => "s3cr3tPazz";

    /// <summary>A file of settings with one of each, and what must never be seen of it.</summary>
    public static (string Text, IReadOnlyList<string> Secrets) Settings => (
        $"""
        # settings
        OPENAI_API_KEY={OpenAi}
        ANTHROPIC_KEY: {Anthropic}
        github: {GitHub}
        fine: "{GitHubFine}"
        gitlab {GitLab}
        aws_access_key_id = {AwsId}
        aws_secret_access_key = {AwsSecret}
        slack={Slack}
        google={Google}
        //registry.npmjs.org/:_authToken={Npm}
        Authorization: Bearer {Jwt}
        DB_PASSWORD='{Password}'
        DATABASE_URL=postgres://app:{UrlPassword}@db.example.org:5432/app
        {Pem}
        port: 8080
        """,
        [OpenAi, Anthropic, GitHub, GitHubFine, GitLab, AwsId, AwsSecret, Slack, Google, Npm, Jwt, Password, UrlPassword, KeyLine]);
}
