using System.Text;

namespace Pryx.Commands.Completion;

/// <summary>For PowerShell 5.1 and later.</summary>
internal static class PowerShellScript
{
    public static string Of(IReadOnlyList<CommandNode> nodes)
    {
        var script = new StringBuilder("""
            # PowerShell completion for pryx. Made by: pryx completion powershell
            # To use it: pryx completion powershell >> $PROFILE
            $PryxSteps = @{

            """);
        foreach (var (typed, place) in CompletionScript.Steps(nodes))
        {
            script.Append($"    '{typed}' = '{place}'\n");
        }
        script.Append("}\n$PryxWords = @{\n");
        foreach (var node in nodes)
        {
            var words = node.Subcommands.Select(static command => (command.Name, command.Description))
                .Concat(CompletionScript.ArgumentsOf(node).Words.Select(static word => (Name: word, Description: (string?)null)))
                .Concat(node.Options.Select(static option => (option.Name, option.Description)));
            script.Append($"    '{CompletionScript.PlaceOf(node)}' = @({string.Join(", ", words.Select(static word => $"@({Quoted(word.Name)}, {Quoted(CompletionScript.Plain(word.Description))})"))})\n");
        }
        script.Append("}\n$PryxValues = @{\n");
        foreach (var node in nodes)
        {
            if (CompletionScript.ArgumentsOf(node).Kind is { } kind)
            {
                script.Append($"    '{CompletionScript.PlaceOf(node)}' = @('{kind}')\n");
            }
            foreach (var option in node.Options.Where(ValueSource.Takes))
            {
                var source = ValueSource.Of(node, option);
                foreach (var spelling in CompletionScript.Spellings(option).Distinct(StringComparer.OrdinalIgnoreCase))
                {
                    script.Append($"    '{CompletionScript.PlaceOf(node)} {spelling}' = @('{source.Kind}'{string.Concat(source.Words.Select(static word => $", {Quoted(word)}"))})\n");
                }
            }
        }
        script.Append("""
            }
            Register-ArgumentCompleter -Native -CommandName pryx, pryx-core, pryx-tui -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $wordToComplete -eq '' } | ForEach-Object { $_.ToString() })
                $program = $typed[0]
                $at = ''
                $option = ''
                foreach ($word in @($typed | Select-Object -Skip 1)) {
                    if ($option) { $option = ''; continue }
                    if ($word.StartsWith('-')) {
                        if ($PryxValues.ContainsKey("$at $word")) { $option = $word }
                    } elseif ($PryxSteps.ContainsKey("$at $word")) {
                        $at = $PryxSteps["$at $word"]
                    }
                }
                $found = @()
                if (-not $option) { $found += $PryxWords[$at] }
                $values = if ($option) { $PryxValues["$at $option"] } else { $PryxValues[$at] }
                if ($values) {
                    foreach ($word in @($values | Select-Object -Skip 1)) { $found += , @($word, '') }
                    if ($values[0] -and $values[0] -ne 'files') {
                        foreach ($line in @(& $program complete $values[0] 2>$null)) { $found += , @($line -split "`t", 2) }
                    }
                }
                $found | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
                    $tip = if ($_[1]) { $_[1] } else { $_[0] }
                    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $tip)
                }
            }

            """);
        return script.ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
