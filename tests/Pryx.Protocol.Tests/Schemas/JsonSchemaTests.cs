using System.Text.Json;
using Pryx.Protocol.Schemas;

namespace Pryx.Protocol.Tests.Schemas;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{}""", """{"any":[1]}""", "")]
    [InlineData("""{"type":"string"}""", "\"x\"", "")]
    [InlineData("""{"type":"string"}""", "1", "the value must be string, not number")]
    [InlineData("""{"type":["string","null"]}""", "null", "")]
    [InlineData("""{"type":["string","null"]}""", "true", "the value must be string or null, not boolean")]
    [InlineData("""{"type":"integer"}""", "3.0", "")]
    [InlineData("""{"type":"integer"}""", "3.5", "the value must be integer, not number")]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", "the value lacks 'a'")]
    [InlineData("""{"properties":{"a":{"type":"number"}}}""", """{"a":"1"}""", "/a must be number, not string")]
    [InlineData("""{"properties":{"a":{"properties":{"b/c":{"type":"number"}}}}}""", """{"a":{"b/c":"1"}}""", "/a/b~1c must be number, not string")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1,"b":2}""", "/b is not allowed")]
    [InlineData("""{"additionalProperties":{"type":"number"}}""", """{"b":"2"}""", "/b must be number, not string")]
    [InlineData("""{"patternProperties":{"^x":{"type":"number"}},"additionalProperties":false}""", """{"x1":2}""", "")]
    [InlineData("""{"items":{"type":"number"}}""", """[1,"2"]""", "/1 must be number, not string")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}""", """["a",2]""", "")]
    [InlineData("""{"minItems":2}""", "[1]", "the value must have at least 2 items, and has 1")]
    [InlineData("""{"maxItems":1}""", "[1,2]", "the value must have at most 1 items, and has 2")]
    [InlineData("""{"uniqueItems":true}""", "[1,1]", "the value must not hold an item twice")]
    [InlineData("""{"enum":["a",2]}""", "2", "")]
    [InlineData("""{"enum":["a",2]}""", "3", "the value must be one of \"a\", 2")]
    [InlineData("""{"const":{"a":1}}""", """{"a":1.0}""", "")]
    [InlineData("""{"const":1}""", "2", "the value must be 1")]
    [InlineData("""{"minimum":1,"maximum":3}""", "0", "the value must be at least 1")]
    [InlineData("""{"minimum":1,"maximum":3}""", "4", "the value must be at most 3")]
    [InlineData("""{"exclusiveMinimum":1}""", "1", "the value must be more than 1")]
    [InlineData("""{"exclusiveMaximum":1}""", "1", "the value must be less than 1")]
    [InlineData("""{"multipleOf":0.1}""", "0.3", "")]
    [InlineData("""{"multipleOf":2}""", "3", "the value must be a multiple of 2")]
    [InlineData("""{"minLength":2}""", "\"😀\"", "the value must have at least 2 characters, and has 1")]
    [InlineData("""{"maxLength":2}""", "\"abc\"", "the value must have at most 2 characters, and has 3")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aab\"", "the value must match ^a+$")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"number"}]}""", "1", "")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"number"}]}""", "null", "the value fits none of the 2 alternatives")]
    [InlineData("""{"oneOf":[{"minimum":1},{"maximum":5}]}""", "3", "the value must fit exactly one of the 2 alternatives, and fits 2")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":5}]}""", "6", "the value must be at most 5")]
    [InlineData("""{"not":{"type":"null"}}""", "null", "the value is what the schema excludes")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"number"}}}""", "\"x\"", "the value must be number, not string")]
    [InlineData("""{"$ref":"#/$defs/missing"}""", "1", "the schema refers to '#/$defs/missing', which it does not contain")]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"required":["id"]}""", """{"id":1,"next":{"id":2,"next":{}}}""", "/next/next lacks 'id'")]
    public void A_value_is_checked_and_what_is_wrong_is_named_with_its_place(string schema, string value, string expected) =>
        Assert.Equal(expected, string.Join("; ", new JsonSchema(JsonDocument.Parse(schema).RootElement).Check(JsonDocument.Parse(value).RootElement)));

    [Fact]
    public void A_schema_that_only_refers_to_itself_ends()
    {
        var problems = new JsonSchema(JsonDocument.Parse("""{"$ref":"#"}""").RootElement).Check(JsonDocument.Parse("1").RootElement);
        Assert.Contains("refers to itself", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_would_run_for_ever_is_given_up()
    {
        var schema = new JsonSchema(JsonDocument.Parse("""{"pattern":"^(a+)+$"}""").RootElement);
        Assert.NotEmpty(schema.Check(JsonDocument.Parse($"\"{new string('a', 40)}!\"").RootElement));
    }
}
