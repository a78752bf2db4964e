using Pryx.Core.Diagnostics;

namespace Pryx.Core.Tests.Diagnostics;

public sealed class DiagnosticTextTests
{
    [Theory]
    [InlineData("src/a.ts(3,7): error TS2304: Cannot find name 'x'.", "src/a.ts", 3, "error TS2304: Cannot find name 'x'.")]
    [InlineData("/w/src/A.cs(10,5): error CS1002: ; expected [/w/src/p.csproj]", "src/A.cs", 10, "error CS1002: ; expected")]
    [InlineData("src/main.rs:2:5: error[E0425]: cannot find value", "src/main.rs", 2, "error[E0425]: cannot find value")]
    [InlineData("vet: ./main.go:7:2: undefined: y", "main.go", 7, "undefined: y")]
    [InlineData("b.py:4:1: F821 Undefined name `z`", "b.py", 4, "F821 Undefined name `z`")]
    public void What_compilers_print_is_read(string line, string file, int at, string message) =>
        Assert.Equal([new Diagnostic(file, at, message)], DiagnosticText.Read($"noise\n{line}\n{line}\n", "/w", "/w"));

    [Theory]
    [InlineData("a.cs(1,1): warning CS0168: unused")]
    [InlineData("a.rs:1:1: note: here")]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("Build FAILED.")]
    [InlineData("12:30:01: started")]
    [InlineData("Time Elapsed 00:01:01.70")]
    public void Warnings_and_noise_are_left_out(string line) => Assert.Empty(DiagnosticText.Read(line, "/w", "/w"));

    [Fact]
    public void An_error_that_was_there_before_is_no_new_one_also_when_it_has_moved_and_a_second_of_the_same_words_is()
    {
        Diagnostic old = new("a.py", 3, "error"), moved = old with { Line = 9 };

        Assert.Empty(DiagnosticsDesk.NewOnes([old], [moved]));
        Assert.Equal([old with { Line = 12 }], DiagnosticsDesk.NewOnes([old], [moved, old with { Line = 12 }]));
        Assert.Equal([new Diagnostic("b.py", 1, "error")], DiagnosticsDesk.NewOnes([old], [new("b.py", 1, "error")]));
    }
}
