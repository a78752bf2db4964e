using System.Text.RegularExpressions;

namespace Pryx.Core.Skills;

/// <summary>What a line of a skill is looked at for. A rule finds words, not intentions: whoever is careful enough is found by none, so that the sandbox has to hold in any case.</summary>
internal static partial class ScanRules
{
    /// <param name="InText">Also in Markdown; otherwise only in scripts.</param>
    public sealed record Rule(string Name, FindingLevel Level, string Message, Regex Pattern, bool InText = true);

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("override", FindingLevel.Danger, "it tells the agent to ignore its instructions", Override()),
        new("approvals", FindingLevel.Danger, "it tells the agent to get round approvals, policy or the sandbox", Approvals()),
        new("secrecy", FindingLevel.Danger, "it tells the agent to hide something from you", Secrecy()),
        new("pipe-to-shell", FindingLevel.Danger, "it runs what it downloads", PipeToShell()),
        new("encoded-command", FindingLevel.Danger, "it runs something that can not be read here", Encoded()),
        new("prerequisite", FindingLevel.Danger, "it wants a program run first that is not one of its installers", Prerequisite()),
        new("drop-host", FindingLevel.Danger, "it names a host where anybody collects what is sent", DropHost()),
        new("secret-place", FindingLevel.Danger, "it reaches for keys or passwords", SecretPlace(), InText: false),
        new("secret-place", FindingLevel.Warn, "it speaks of keys or passwords", SecretPlace()),
        new("network-post", FindingLevel.Warn, "it sends data over the network", Post()),
        new("outside-sandbox", FindingLevel.Warn, "it wants commands outside of the sandbox; you are asked each time", OutsideSandbox()),
        new("blob", FindingLevel.Warn, "a long encoded text that can not be read here", Blob()),
    ];

    [GeneratedRegex(@"\b(ignore|disregard|forget|override)\b.{0,40}\b(previous|prior|above|earlier|all|any|other|system|your)\b.{0,30}\b(instructions?|rules?|prompts?|guidelines?|messages?)\b|\b(ignorier|vergiss|missacht)\w*.{0,40}\b(anweisung|regel|vorgabe)\w*|\b(ignore[rz]?|oublie[rz]?)\b.{0,40}\b(instructions|consignes|règles)\b|\b(ignora|olvida|ignorar|olvide|ignore)\w*\b.{0,40}\b(instrucciones|reglas|instruções|regras|istruzioni|regole)\b|(игнорируй|забудь|не обращай внимания).{0,40}(инструкци|правил|указани)|忽略.{0,20}(指令|指示|说明|规则|提示)|無視.{0,10}(指示|命令|規則)|(指示|命令|ルール).{0,10}無視|(지시|명령|규칙).{0,12}무시", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Override();

    [GeneratedRegex(@"\b(disable|turn off|skip|bypass|circumvent|avoid|switch off|deactivate)\b.{0,40}\b(approvals?|confirmations?|sandbox|polic(y|ies)|permissions?|safety|security checks?|guards?|checks?)\b|--approve-all|--yolo|dangerously-skip-permissions|--policy[ =]full|^\s*sandbox:\s*off\b|\bwithout (asking|approval|confirmation)\b|\b(approve|confirm|grant)\b.{0,25}\b(automatically|yourself|on behalf)|\b(deaktivier|umgeh|überspring)\w*.{0,40}\b(genehmigung|freigabe|bestätigung|sandbox|richtlinie|prüfung)\w*|\b(désactive|contourne)\w*.{0,40}\b(approbation|confirmation|sandbox|vérification)\w*|\b(desactiva|omite|evita)\w*.{0,40}\b(aprobaci|confirmaci|sandbox|verificaci)\w*|(отключи|обойди|пропусти).{0,40}(подтвержден|проверк|песочниц|разрешен)|(关闭|禁用|绕过|跳过).{0,12}(审批|确认|沙箱|检查|权限)|(承認|確認|サンドボックス).{0,12}(無効|省略|回避|スキップ)|(승인|확인|샌드박스).{0,12}(비활성|건너뛰|우회|끄)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Approvals();

    [GeneratedRegex(@"\b(do not|don['’]?t|never|without)\b.{0,20}\b(tell|tells|telling|mention|mentioning|inform|informing|show|reveal|report)\w*\b.{0,30}\b(user|human|person|anyone|this|it)\b|\b(sag|erwähn|zeig)\w*.{0,30}\b(nutzer|benutzer|anwender)\w*.{0,20}\bnicht\b|\bverschweig\w*|\bne (dis|mentionne|montre)\w*.{0,30}\butilisateur|\bno (le )?(digas|menciones|muestres)\b.{0,30}\busuario|не (говори|сообщай|показывай).{0,30}пользовател|不要.{0,8}(告诉|告知|提及).{0,8}用户|ユーザー.{0,8}(伝えない|知らせない|見せない|言わない)|사용자.{0,12}(알리지|말하지|보여주지)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secrecy();

    [GeneratedRegex(@"\b(curl|wget|fetch|irm|iwr|Invoke-WebRequest)\b[^\n|;]{0,300}\|\s*(sudo\s+)?(\S*/)?(ba|z|da|k)?sh\b|\b(curl|wget)\b[^\n|;]{0,300}\|\s*(sudo\s+)?(python\d?|node|perl|ruby|php|osascript)\b|\b(ba|z)?sh\s+(-c\s+)?[""']?[<$]\(\s*(curl|wget)|\b(eval|source|\.)\s+[""']?[<$]\(\s*(curl|wget)|\biex\b.{0,40}\b(irm|iwr|DownloadString)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PipeToShell();

    [GeneratedRegex(@"\b(base64|openssl base64|xxd|gunzip|zcat)\b[^\n;]{0,200}\|\s*(sudo\s+)?(\S*/)?((ba|z|da)?sh|python\d?|node|perl)\b|\beval\b.{0,20}\b(base64|atob|b64decode|fromhex|unhexlify)\b|\bexec\s*\(.{0,60}(b64decode|fromhex|decompress)|\bpowershell\b.{0,40}\s-e(nc|ncodedcommand)?\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Encoded();

    [GeneratedRegex(@"\b(prerequisite|requirement|before (you (start|begin|use|do)|using|anything)|first,? (you must|run|download|install|execute)|must (first )?(run|download|install)|required (setup|step|driver|component))\b.{0,160}(https?://\S+|\bcurl\b|\bwget\b|\.(zip|exe|dmg|pkg|msi|scr)\b|\bpassword\b)|\b(voraussetzung|zuerst|vor der (nutzung|verwendung))\b.{0,160}(https?://\S+|\bcurl\b|\.(zip|exe|dmg)\b)|\b(prérequis|d['’]abord|requisito previo|primero)\b.{0,160}(https?://\S+|\bcurl\b|\.(zip|exe|dmg)\b)|(сначала|перед использованием).{0,120}(https?://\S+|curl)|(首先|使用前|前提).{0,80}(https?://\S+|curl)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Prerequisite();

    [GeneratedRegex(@"\b(webhook\.site|requestbin|pipedream\.net|ngrok\.(io|app)|ngrok-free\.app|transfer\.sh|file\.io|0x0\.st|pastebin\.com|termbin\.com|burpcollaborator|oastify\.com|interact\.sh|discord(app)?\.com/api/webhooks|api\.telegram\.org/bot|glot\.io|rentry\.(co|org))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DropHost();

    [GeneratedRegex(@"(~|\$HOME|\$\{HOME\}|/home/\w+|/root|expanduser\([^)]*)?/?\.(ssh/|aws/|gnupg|netrc|kube/config|docker/config|npmrc|pypirc|git-credentials|pryx/(vault|core\.token|keychain)|config/gcloud|mozilla|bitcoin|electrum)|\bid_(rsa|ed25519|ecdsa)\b|\bwallet\.dat\b|/etc/shadow\b|\bfind-(generic|internet)-password\b|\bsecret-tool (lookup|search)\b|\b(printenv|env)\s*\||\bos\.environ\b(?!\.get|\[)|\bprocess\.env\b\s*[,)]|\bLogin Data\b|\bkeychain\b.{0,20}\bdump\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretPlace();

    [GeneratedRegex(@"\bcurl\b[^\n]{0,200}\s(-d|--data\S*|-F|--form|-T|--upload-file|-X\s*(POST|PUT))\b|\bwget\b[^\n]{0,200}--post|\brequests\.(post|put)\b|\burlopen\([^\n]{0,200}data=|\bfetch\([^\n]{0,200}(POST|PUT)|\b(nc|ncat|netcat)\s+(-\w+\s+)*\S+\s+\d{2,5}\b|/dev/(tcp|udp)/|\bscp\s|\brsync\s[^\n]*@|\bsocket\.(connect|create_connection)\b|\bnslookup\s+\S*\$|\bdig\s+\S*\$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Post();

    [GeneratedRegex(@"outside_sandbox", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OutsideSandbox();

    [GeneratedRegex(@"[A-Za-z0-9+/]{240,}={0,2}|(\\x[0-9a-fA-F]{2}){40,}|\b[0-9a-fA-F]{300,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Blob();

    [GeneratedRegex(@"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    public static partial Regex Host();
}
