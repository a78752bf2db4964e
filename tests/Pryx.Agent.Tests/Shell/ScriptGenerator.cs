namespace Pryx.Agent.Tests.Shell;

/// <summary>Random scripts: by a grammar of sh and bash, with the tricks that hide commands, and then damaged.</summary>
internal sealed class ScriptGenerator(Random random)
{
    private static readonly string[] Programs = ["aa", "bb", "cc", "a", "evil"];
    private static readonly string[] Names = ["x", "y", "n"];
    private static readonly string[] Files = ["f1", "f2", "d/f3", "./f4", "\"f 5\"", "d/../f6"];

    // What changes how the rest is read.
    private static readonly string[] Pieces =
    [
        " ", " ", "\n", ";", "&", "|", "&&", "||", "(", ")", "{ ", " }", "<", ">", ">>", "<<E\n", "\nE\n", "<<-'E'\n", "<<<", "<(", ">(", "$(", "$((", "))", "${", "}", "`", "'", "\"", "\\", "\\\n", "#", " #", "$", "$'", "$\"", "=", "+=", "[", "]", "[[ ", " ]]", "((",
        "!", "! ", "*", "?", "~", "{a,b}", "{aa,bb}", "evil", "aa", "$x", "${x}", "${!x}", "${x@P}", "${x:-", "x=", "x=evil ", "a[", "]=", "if ", "then ", "fi", "for x in ", "do ", "done", "case x in ", "esac", ";;", "in", "eval ", "exec ", "command ", "f() ", "function f ", "time ", "coproc ",
        "-v ", "read ", "printf -v ", "test ", "[ ", " ]", "set -- ", "$1", "$@", "trap ", "export ", "declare ", "declare -n ", "local ", "unset ", "cd d", "cd ..", "1", "2", "2>", "&>", "|&", ">&", "{fd}>", ":", ",", "..", "@", "%", "/", "+", "-", "\t", "^", ".", "source ", "alias aa=evil", "xargs ", "env ", "sh -c ",
    ];

    public string Next()
    {
        var script = List(3);
        for (var damage = random.Next(3) == 0 ? random.Next(1, 4) : 0; damage > 0; damage--)
        {
            script = Damage(script);
        }
        return script;
    }

    private T Any<T>(params ReadOnlySpan<T> items) => items[random.Next(items.Length)];

    private bool Chance(int percent) => random.Next(100) < percent;

    private string Damage(string script)
    {
        var at = random.Next(script.Length + 1);
        var length = Math.Min(random.Next(1, 6), script.Length - at);
        return random.Next(4) switch
        {
            0 => script.Remove(at, length),
            1 => script.Insert(at, script.Substring(at, length)),
            _ => script.Insert(at, Any<string>(Pieces)),
        };
    }

    private string List(int depth)
    {
        var list = Command(depth);
        for (var more = random.Next(3); more > 0; more--)
        {
            list += Any("; ", "\n", " && ", " || ", " | ", " & ", ";", " |& ") + Command(depth);
        }
        return list;
    }

    private string Command(int depth) => depth <= 0 ? Simple(0) : random.Next(34) switch
    {
        0 => $"({List(depth - 1)})",
        1 => $"{{ {List(depth - 1)}; }}{Redirect(depth)}",
        2 => $"if {List(depth - 1)}; then {List(depth - 1)}; {(Chance(50) ? $"else {List(depth - 1)}; " : "")}fi",
        3 => $"for {Any<string>(Names)} in {Word(depth)} {Word(depth)}; do {List(depth - 1)}; done",
        4 => $"while {List(depth - 1)}; do {List(depth - 1)}; break; done",
        5 => $"case {Word(depth)} in {Any("a", "*", "(b|c", "$(aa)")}) {List(depth - 1)};; esac",
        6 => $"f() {{ {Simple(depth - 1)}; }}; f {Word(depth)}",
        7 => $"function g {{ {Simple(depth - 1)}; }}\ng",
        8 => $"[[ {Word(depth)} {Any("==", "=", "-eq", "=~", "!=")} {Word(depth)} ]] && {Simple(depth - 1)}",
        9 => $"(( {Any("n = 1", "n++", "x", "1 + $(bb)", "n < 3")} )); {Simple(depth - 1)}",
        10 => $"eval {Quoted(List(depth - 1))}",
        11 => $"{Any("sh", "bash", "dash", "bash -e", "sh -u", "command sh", "env sh", "bash --norc")} -c {Quoted(List(depth - 1))}",
        12 => $"{Any("env", "env CI=1", "nice", "nice -n 5", "timeout 1", "nohup", "setsid", "stdbuf -oL", "command", "exec", "env -i", "env -u x", "timeout -k 1 1", "builtin", "time", "!", "env -S", "command -p", "exec -a zz", "env --")} {Simple(depth - 1)}",
        13 => $"echo {Word(depth)} | xargs {Any("", "-n 1 ", "-I{} ", "-r ")}{Any<string>(Programs)} {Any("", "{}", "x")}",
        14 => $"find d -maxdepth 0 -exec {Any("aa {} \\;", "bb {} +", $"sh -c {Quoted(List(depth - 1))} \\;")}",
        15 => $"cat <<{Any("E", "'E'", "\\E", "\"E\"")}\n{Any("text", "$(evil)", "`bb`", "\\$(cc)", "$x", "${x:-$(dd)}", "'$(aa)'", "\"`aa`\"", "\\\\$(aa)", "\\`bb\\`")}\nE\n{Simple(0)}",
        16 => $"{Any("bash", "sh")} <<'E'\n{List(depth - 1)}\nE\n",
        17 => $"cat <<< {Word(depth)}",
        18 => $"trap {Quoted(Simple(0))} EXIT",
        19 => $"{Any<string>(Names)}={Word(depth)}",
        20 => $"x={Any("'a[$(evil)]'", "evil", "'$(evil)'", "5", "x", "y", "'aa bb'")}; {Any("echo $((x))", "echo ${!x}", "echo ${x@P}", "$x", "((x))", "[[ x -eq 1 ]]", "[[ -v $x ]]", "test -v $x", "printf -v $x 1", "read $x <in", "declare $x=1", "echo ${a[x]}", "echo ${y:x}", "let x", "unset $x", "export $x=1", "echo \"$x\"", "a=$x; echo $a", "declare -i n=$x", "n=$((x+1))", "for ((n=x;n<3;n++)); do aa; done", "eval $x", "IFS=' '; $x", "echo $(( $x ))", "[ $x = y ]", "[ -n \"$x\" ]", "x+=1; echo $((x))", "local $x", "echo ${x//5/$(bb)}", "$x aa", "\"$x\"", "aa$x", "command $x", "env $x aa")}",
        21 => $"cd {Any("d", "..", "d/..", "/", "./d", "-", "~", "", "nowhere")}{Any("; ", " && ", " || ", "\n")}touch {Any<string>(Files)}",
        22 => $"a=({Word(depth)} {Word(depth)}); {Any("\"${a[0]}\"", "echo ${a[@]}", "${a[@]}", "aa \"${a[1]}\"", "${a}")}",
        23 => $"read {Any("x", "-r x y", "a[$(evil)]", "-a x")} < in; aa $x",
        24 => $"coproc {Simple(0)}",
        25 => $"{Any("touch", "mkdir", "tee", "cp in", "cp -t d", "ln -s in", "mv in", "tee -a", "dd if=in of=f7 #", "sed -n w", "sort -o f1", "install in", "ln in")} {Any<string>(Files)}{Any("", " " + Any<string>(Files))}",
        26 => $"export {Any("CI=1", "x=evil", "PATH=/x", "x", "-n x")}; {Simple(0)}",
        27 => $"set -- {Word(depth)} {Word(depth)}; {Any("\"$@\"", "$1", "aa $2", "shift; \"$1\"", "$*")}",
        28 => $"{Any<string>(Programs)} \\\n {Word(depth)} #{Any("", " evil", "\\")}\n{Simple(0)}",
        29 => $"alias {Any("aa=evil", "bb='evil '")}\n{Simple(0)}",
        _ => Simple(depth),
    };

    private string Simple(int depth)
    {
        var text = Chance(6) ? $"{Any("CI", "x", "PATH", "IFS", "a[0]")}={Word(depth)} " : "";
        text += Chance(90) ? Any<string>(Programs) : Any("a''a", "\\bb", "\"cc\"", "$'\\x61a'", "{aa,bb}", "e{vil,}", "e*", "?a", "$(echo evil)", "`echo bb`", "./aa", "[", "$x", "${x:-evil}", "~/aa", ":", "echo", "{aa,", "true", "a\\\na", "$\"bb\"", "ev\"\"il", "{evil}", "ee{1..2}");
        for (var words = random.Next(3); words > 0; words--)
        {
            text += " " + Word(depth);
        }
        return text + (Chance(25) ? Redirect(depth) : "");
    }

    private string Redirect(int depth) => " " + (Chance(80)
        ? Any(">", ">>", "2>", ">|", "<>", "&>", "1>", ">&", "{fd}>", "&>>", "10>") + Any("", " ") + Any<string>(Files)
        : Any("< in", "2>&1", ">&2", "<<< x", $"> $({Simple(0)})", "> $x", "> f*", "> {f1,f2}", "> >(aa)", "< <(bb)", "> ~/f8", "2>/dev/null", $"<<< {Word(depth)}"));

    private string Word(int depth) => depth <= 0 ? Any("a", "1", "'q q'", "\"r\"", "$x", "-v", "\\;", "x=1", "*", "b#c") : random.Next(24) switch
    {
        0 => $"$({List(depth - 2)})",
        1 => $"\"$({List(depth - 2)})\"",
        2 => $"`{Any<string>(Programs)} {Word(0)}`",
        3 => $"\"`{Any<string>(Programs)}`\"",
        4 => $"${{{Any<string>(Names)}{Any(":-", "-", ":=", ":+", "+", "#", "%%", "/a/", ":?")}{Word(depth - 1)}}}",
        5 => $"\"${{{Any<string>(Names)}{Any(":-", "-", ":=", ":+", "+", "#", "%%", "/a/")}{Word(depth - 1)}}}\"",
        6 => $"$(({Any("1+1", "n", "$n", "1 + $(aa)", "a[$(evil)]", "${x:-1}", "(1)+(2)", "x=1", "'1'", "1 << 2")}))",
        7 => $"<({List(depth - 2)})",
        8 => $"{{{Word(0)},{Word(0)}}}",
        9 => "'$(evil)'",
        10 => "\\$(evil)",
        11 => "\"\\$(evil)\"",
        12 => "$'it\\'s $(evil)'",
        13 => "\"'$(bb)'\"",
        14 => "'\"'$(cc)'\"'",
        15 => "$((echo evil); aa)",
        16 => "${x:-'}'$(dd)}",
        17 => "a=$(bb)",
        18 => $"`echo \\`{Any<string>(Programs)}\\``",
        19 => "$(cat <<E\n$(evil)\nE\n)",
        20 => "$(case a in a) bb;; esac)",
        21 => "$(# comment )\naa)",
        _ => Word(0),
    };

    private static string Quoted(string script) => $"'{script.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
