using System.Collections.Frozen;

namespace Pryx.Tui.Text;

/// <summary>The languages that code blocks are coloured in, by the names that are written behind ``` and by the endings of files.</summary>
internal static class Languages
{
    private static readonly Quote _triple = new("\"\"\"", SpansLines: true);
    private static readonly Quote _tripleSingle = new("'''", SpansLines: true);
    private static readonly Quote _double = new("\"");
    private static readonly Quote _single = new("'");
    private static readonly Quote _back = new("`", SpansLines: true);
    private static readonly FrozenDictionary<string, Language> _byName = All().SelectMany(static entry => entry.Names.Split(' ').Select(name => (name, entry.Language)))
        .ToFrozenDictionary(static pair => pair.name, static pair => pair.Language, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for one that is not known: its text stays in one colour.</summary>
    /// <param name="name">Of a code block ("csharp", "ts {1,3}") or the ending of a file.</param>
    public static Language? Find(string? name) => name is null ? null : _byName.GetValueOrDefault(name.Trim().TrimStart('.', '{').Split([' ', ',', '{', ':', '}'], 2)[0]);

    public static Language? OfFile(string path) => Path.GetFileName(path) switch
    {
        "Dockerfile" or "Containerfile" => Find("dockerfile"),
        "Makefile" or "makefile" => Find("makefile"),
        var name => Find(Path.GetExtension(name).TrimStart('.')),
    };

    public static int Count => _byName.Values.Distinct().Count();

    private static IEnumerable<(string Names, Language Language)> All() =>
    [
        ("cs csharp c#", new("C#", "abstract as async await base break case catch checked class const continue default delegate do else enum event explicit extern field finally fixed for foreach get goto if implicit in init interface internal is lock namespace new operator out override params partial private protected public readonly record ref required return scoped sealed set sizeof stackalloc static struct switch this throw try typeof unchecked unsafe using var virtual void volatile when where while with yield")
        { Types = "bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong ushort true false null", Quotes = [_triple, new("\""), new("'")] }),
        ("js javascript jsx mjs cjs", new("JavaScript", JavaScript) { Types = JavaScriptValues, Quotes = [_back, _double, _single] }),
        ("ts typescript tsx mts", new("TypeScript", JavaScript + " abstract as asserts declare enum implements infer interface is keyof module namespace private protected public readonly satisfies type unique")
        { Types = JavaScriptValues + " any bigint boolean never number object string symbol unknown", Quotes = [_back, _double, _single] }),
        ("py python pyi", new("Python", "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield")
        { Types = "True False None self cls int str float bool bytes list dict set tuple object print len range", LineComments = ["#"], BlockComments = [], Quotes = [_triple, _tripleSingle, _double, _single], Sigils = "@" }),
        ("go golang", new("Go", "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var")
        { Types = "any bool byte complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false nil iota append cap close copy len make new panic", Quotes = [_back with { Escape = '\0' }, _double, _single] }),
        ("rs rust", new("Rust", "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self static struct super trait type union unsafe use where while")
        { Types = "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize Self String Vec Option Result Box Some None Ok Err true false", Quotes = [_double with { SpansLines = true }] }),
        ("java", new("Java", "abstract assert break case catch class const continue default do else enum extends final finally for goto if implements import instanceof interface native new non-sealed package permits private protected public record return sealed static strictfp super switch synchronized this throw throws transient try var volatile while yield")
        { Types = "boolean byte char double float int long short void String Object true false null", Quotes = [_triple, _double, _single], Sigils = "@" }),
        ("kt kotlin kts", new("Kotlin", "as break by catch class companion const constructor continue data do else enum external final finally for fun if import in init inline interface internal is it lateinit object open operator out override package private protected public return sealed suspend super this throw try typealias val var vararg when where while")
        { Types = "Any Boolean Byte Char Double Float Int List Long Map Nothing Set Short String Unit true false null", Quotes = [_triple, _double, _single], Sigils = "@" }),
        ("swift", new("Swift", "actor as associatedtype async await break case catch class continue default defer deinit do else enum extension fallthrough fileprivate final for func get guard if import in init inout internal is lazy let mutating nil open operator override private protocol public repeat rethrows return self set some static struct subscript super switch throw throws try typealias var weak where while")
        { Types = "Any Array Bool Character Dictionary Double Float Int Optional Set String Void true false", Quotes = [_triple, _double], Sigils = "@" }),
        ("c h", new("C", C) { Types = CTypes, Sigils = "#" }),
        ("cpp c++ cc cxx hpp hh", new("C++", C + " alignas alignof and catch class co_await co_return co_yield concept consteval constexpr constinit decltype delete explicit export final friend module mutable namespace new noexcept not operator or override private protected public requires static_assert template this throw try typename using virtual")
        { Types = CTypes + " bool wchar_t nullptr std string vector map unique_ptr shared_ptr true false", Sigils = "#" }),
        ("objc objective-c m mm", new("Objective-C", C + " self super") { Types = CTypes + " id instancetype BOOL YES NO nil NSString", Sigils = "#@" }),
        ("php", new("PHP", "abstract and array as break case catch class clone const continue declare default do echo else elseif enum extends final finally fn for foreach function global goto if implements include include_once instanceof interface match namespace new or print private protected public readonly require require_once return static switch throw trait try use var while yield")
        { Types = "bool float int iterable mixed null object self string true false void", LineComments = ["//", "#"], Sigils = "$" }),
        ("rb ruby", new("Ruby", "alias and begin break case class def defined? do else elsif end ensure for if in module next not or redo rescue retry return self super then undef unless until when while yield require require_relative attr_accessor attr_reader private")
        { Types = "true false nil Array Hash Integer String Symbol", LineComments = ["#"], BlockComments = [("=begin", "=end")], Sigils = "@$:" }),
        ("sh bash shell zsh console shell-session", new("Shell", "case do done elif else esac fi for function if in local return select then until while export readonly declare set unset source exit trap shift")
        { Types = "alias cat cd chmod chown cp curl docker dotnet echo find git go grep kill ls make mkdir mv node npm npx pip printf pryx python python3 rm sed ssh sudo tar test touch true false wget", LineComments = ["#"], BlockComments = [], Quotes = [_double with { SpansLines = true }, _single with { SpansLines = true, Escape = '\0' }], Sigils = "$", WordExtra = "-" }),
        ("ps1 powershell pwsh", new("PowerShell", "begin break catch class continue do else elseif end exit filter finally for foreach function if in param process return switch throw trap try until using while")
        { LineComments = ["#"], BlockComments = [("<#", "#>")], Quotes = [_double with { Escape = '`' }, _single with { Escape = '\0' }], Sigils = "$", IgnoresCase = true, WordExtra = "-" }),
        ("sql mysql postgres postgresql sqlite plsql", new("SQL", "add all alter and as asc begin between by case check column commit constraint create cross database default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then transaction trigger union unique update using values view when where with")
        { Types = "bigint blob boolean char count date datetime decimal float int integer max min numeric real serial sum text timestamp uuid varchar true false", LineComments = ["--"], IgnoresCase = true, Quotes = [_single with { Escape = '\0' }, _double with { Escape = '\0' }] }),
        ("json jsonc json5", new("JSON", "true false null") { KeyMark = ':' }),
        ("yaml yml", new("YAML", "true false null yes no on off") { LineComments = ["#"], BlockComments = [], KeyMark = ':', WordExtra = "-." }),
        ("toml ini cfg conf properties editorconfig", new("TOML", "true false") { LineComments = ["#", ";"], BlockComments = [], Quotes = [_triple, _tripleSingle, _double, _single], KeyMark = '=', WordExtra = "-." }),
        ("css scss less sass", new("CSS", "important media import keyframes supports font-face include mixin extend root hover focus active before after") { KeyMark = ':', WordExtra = "-", Sigils = "@$#.", LineComments = ["//"] }),
        ("html htm xml xhtml svg xaml csproj props targets slnx vue svelte", new("HTML", "") { IsMarkup = true, LineComments = [], BlockComments = [("<!--", "-->")] }),
        ("dockerfile docker", new("Dockerfile", "add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume workdir as") { IgnoresCase = true, LineComments = ["#"], BlockComments = [], Sigils = "$" }),
        ("makefile make mk", new("Makefile", "ifeq ifneq ifdef ifndef else endif include define endef export override") { LineComments = ["#"], BlockComments = [], Sigils = "$", KeyMark = ':', WordExtra = "-." }),
        ("lua", new("Lua", "and break do else elseif end for function goto if in local not or repeat return then until while") { Types = "true false nil self print pairs ipairs require", LineComments = ["--"], BlockComments = [("--[[", "]]")] }),
        ("r", new("R", "break else for function if in next repeat return while library require") { Types = "TRUE FALSE NULL NA Inf NaN", LineComments = ["#"], BlockComments = [], WordExtra = "." }),
        ("scala sc", new("Scala", "abstract case catch class def do else enum extends final finally for forSome given if implicit import lazy match new object override package private protected return sealed super then this throw trait try type using val var while with yield") { Types = "Any Boolean Double Int List Long Map Nothing Option Seq String Unit true false null", Quotes = [_triple, _double, _single] }),
        ("hs haskell", new("Haskell", "case class data default deriving do else forall if import in infix infixl infixr instance let module newtype of qualified then type where") { Types = "Bool Char Double Either Int Integer IO Just Left Maybe Nothing Right String True False", LineComments = ["--"], BlockComments = [("{-", "-}")], Quotes = [_double] }),
        ("ex exs elixir", new("Elixir", "after alias and case catch cond def defmodule defp defmacro defstruct do else end fn for if import in not or quote raise receive require rescue try unless unquote use when with") { Types = "true false nil", LineComments = ["#"], BlockComments = [], Quotes = [_triple, _double], Sigils = "@:" }),
        ("dart", new("Dart", "abstract as assert async await break case catch class const continue default do else enum export extends extension factory final finally for get if implements import in is late library mixin new on operator part required return set static super switch this throw try typedef var void while with yield") { Types = "bool double dynamic int List Map num Object Set String true false null", Quotes = [_triple, _tripleSingle, _double, _single], Sigils = "@" }),
        ("zig", new("Zig", "and break catch comptime const continue defer else enum errdefer error export extern fn for if inline orelse pub return struct switch test try union unreachable usingnamespace var while") { Types = "anytype bool f32 f64 i32 i64 u8 u32 u64 usize void true false null undefined", BlockComments = [], Sigils = "@" }),
        ("fs fsharp f# ml ocaml", new("F#", "abstract and as assert begin class default do done else end exception extern finally for fun function if in inherit inline interface let match member module mutable namespace new of open or override rec return sig static struct then to try type use val when while with yield") { Types = "bool byte char float int list option string unit true false null None Some", BlockComments = [("(*", "*)")], Quotes = [_triple, _double] }),
        ("pl perl pm", new("Perl", "and cmp continue do else elsif eq foreach for ge given gt if last le local lt my ne next no not or our package print redo require return sub unless until use when while") { LineComments = ["#"], BlockComments = [("=pod", "=cut")], Sigils = "$@%" }),
        ("tf hcl terraform", new("HCL", "resource variable output module provider data locals terraform for in if") { Types = "true false null string number bool list map object", LineComments = ["#", "//"], KeyMark = '=' }),
        ("proto protobuf", new("Protobuf", "enum extend import message oneof option package repeated reserved returns rpc service syntax optional required map") { Types = "bool bytes double float int32 int64 string uint32 uint64 true false" }),
        ("graphql gql", new("GraphQL", "directive enum extend fragment implements input interface mutation on query scalar schema subscription type union") { Types = "Boolean Float ID Int String true false null", LineComments = ["#"], BlockComments = [], Sigils = "@$", Quotes = [_triple, _double] }),
    ];

    private const string JavaScript = "async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch this throw try typeof var void while with yield";
    private const string JavaScriptValues = "true false null undefined NaN Infinity Array Boolean Date Error Map Math Number Object Promise RegExp Set String Symbol console document window";
    private const string C = "asm auto break case const continue default do else enum extern for goto if inline register restrict return sizeof static struct switch typedef union volatile while define include ifdef ifndef endif elif pragma undef";
    private const string CTypes = "bool char double float int int8_t int16_t int32_t int64_t long short signed size_t ssize_t uint8_t uint16_t uint32_t uint64_t unsigned void NULL";
}
