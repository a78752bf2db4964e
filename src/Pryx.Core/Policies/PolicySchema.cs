namespace Pryx.Core.Policies;

/// <summary>The JSON schema of policy files, for editors that complete and check YAML by one.</summary>
internal static class PolicySchema
{
    public const string Text = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Pryx policy",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "name": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "description": "As --policy takes it; the file's name when left out" },
            "description": { "type": "string" },
            "workspace": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "root": { "type": "string", "description": "Absolute or below ~: the only folder that file tools work in; the workspace of the turn when left out" },
                "allow_outside": { "type": "boolean", "default": false, "description": "true asks about files outside the root, false denies them" }
              }
            },
            "tools": {
              "type": "object", "additionalProperties": false,
              "description": "The strictest entry that matches counts: denied, then ask, then allowed. What none matches is asked.",
              "properties": { "allowed": { "$ref": "#/$defs/entries" }, "ask": { "$ref": "#/$defs/entries" }, "denied": { "$ref": "#/$defs/entries" } }
            },
            "rate_limits": {
              "type": "object", "additionalProperties": false,
              "properties": { "requests_per_minute": { "type": "integer", "minimum": 1 }, "tool_calls_per_minute": { "type": "integer", "minimum": 1 } }
            },
            "approval": {
              "type": "object", "additionalProperties": false,
              "properties": { "timeout": { "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)([0-9]+(ms|s|m|h|d))*$", "description": "Such as 5m" }, "default": { "const": "deny" } }
            },
            "tests": {
              "type": "array",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["expect"],
                "properties": {
                  "tool": { "type": "string" }, "args": { "type": "object" }, "command": { "type": "string" }, "path": { "type": "string" }, "url": { "type": "string" },
                  "expect": { "enum": ["allow", "ask", "deny"] }
                }
              }
            }
          },
          "$defs": {
            "texts": { "oneOf": [{ "type": "string" }, { "type": "array", "minItems": 1, "items": { "type": "string" } }] },
            "size": { "type": ["string", "integer"], "description": "Such as 500KB or 10MB" },
            "when": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "commands": { "$ref": "#/$defs/texts", "description": "A program (python), a command ('git status'), or one with any further words ('npm run *')" },
                "domains": { "$ref": "#/$defs/texts", "description": "api.example.org, or *.example.org for all below" },
                "paths": { "$ref": "#/$defs/texts", "description": "Globs: absolute, below ~, or below the root" },
                "methods": { "$ref": "#/$defs/texts" },
                "max_size": { "$ref": "#/$defs/size" },
                "larger_than": { "$ref": "#/$defs/size" },
                "arguments": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Argument by argument, a glob over its value" }
              }
            },
            "entry": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "commands": { "$ref": "#/$defs/texts" }, "domains": { "$ref": "#/$defs/texts" }, "paths": { "$ref": "#/$defs/texts" }, "methods": { "$ref": "#/$defs/texts" },
                "max_size": { "$ref": "#/$defs/size" }, "larger_than": { "$ref": "#/$defs/size" }, "arguments": { "type": "object", "additionalProperties": { "type": "string" } },
                "unless": { "$ref": "#/$defs/when" },
                "reason": { "type": "string", "description": "What the card and the model are told" }
              }
            },
            "entries": {
              "type": ["array", "null"],
              "items": { "oneOf": [{ "type": "string" }, { "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": { "oneOf": [{ "$ref": "#/$defs/entry" }, { "type": "null" }] } }] }
            }
          }
        }
        """;
}
