namespace Pryx.Testing;

/// <summary>A project with a bug and a test that shows it, which needs nothing but a shell; the script five-steps repairs it.</summary>
public static class SmallProject
{
    public const string Broken = "add() {\n  echo $(($1 - $2))\n}\n";
    public const string Repaired = "add() {\n  echo $(($1 + $2))\n}\n";

    /// <summary>The prompt that goes with the script.</summary>
    public const string Prompt = "The test fails. Find out why, repair it and run the test.";

    /// <summary>Every run of the test adds a line to <c>runs.txt</c>: how often it really ran.</summary>
    public static void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "calc.sh"), Broken);
        File.WriteAllText(Path.Combine(folder, "test.sh"), """
            . ./calc.sh
            echo run >> runs.txt
            if [ "$(add 2 3)" = 5 ]; then echo "1 passed"; else echo "1 failed: add 2 3 is $(add 2 3)"; exit 1; fi

            """);
        File.WriteAllText(Path.Combine(folder, "README.md"), "# Calc\n\n`calc.sh` adds numbers; `sh test.sh` tests it.\n");
    }
}
