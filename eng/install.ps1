# Installs Pryx for this user on Windows: the programs into %LOCALAPPDATA%\Pryx\bin. What it has stored before stays.
#   .\install.ps1 [-From FOLDER-OR-URL] [-Version V] [-InstallDir DIR] [-NoPath] [-Yes] [-NoOnboard] [-DryRun] [-NoPrompt] [-AllowUnsigned]
# The same by PRYX_RELEASE_URL, PRYX_INSTALL_DIR, PRYX_VERSION, PRYX_NO_MODIFY_PATH, PRYX_NO_ONBOARD, PRYX_DRY_RUN, PRYX_NO_PROMPT.
[CmdletBinding()]
param(
    [string]$From = $env:PRYX_RELEASE_URL,
    [string]$Version = $env:PRYX_VERSION,
    [string]$InstallDir = $env:PRYX_INSTALL_DIR,
    [switch]$NoPath, [switch]$Yes, [switch]$NoOnboard, [switch]$DryRun, [switch]$NoPrompt, [switch]$AllowUnsigned
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Whose releases are taken: an ECDSA P-256 key (SubjectPublicKeyInfo, base64). eng/release --key writes it here; empty in one that is not signed.
$PublicKey = ''

function Fail([string]$What, [string]$Next) {
    [Console]::Error.WriteLine("Error: $What")
    if ($Next) { [Console]::Error.WriteLine("Next: $Next") }
    exit 1
}
function IsOn([string]$Value) { $Value -in '1', 'true', 'yes', 'on' }
if (IsOn $env:PRYX_NO_MODIFY_PATH) { $NoPath = $true }
if (IsOn $env:PRYX_NO_ONBOARD) { $NoOnboard = $true }
if (IsOn $env:PRYX_DRY_RUN) { $DryRun = $true }
if (IsOn $env:PRYX_NO_PROMPT) { $NoPrompt = $true }
if (-not $InstallDir) { $InstallDir = Join-Path $env:LOCALAPPDATA 'Pryx\bin' }
if (-not $From) {
    if ($PSScriptRoot -and (Test-Path (Join-Path $PSScriptRoot 'SHA256SUMS'))) { $From = $PSScriptRoot }
    else { Fail 'It is not said where the release is.' '.\install.ps1 -From FOLDER-OR-URL' }
}
$rid = 'win-x64' # Windows on ARM runs it, too.

$work = Join-Path ([IO.Path]::GetTempPath()) ("pryx-install-" + [Guid]::NewGuid().ToString('N'))
New-Item -ItemType Directory $work | Out-Null
try {
    function Fetch([string]$Name) {
        $target = Join-Path $work $Name
        if ($From -match '^https?://') {
            try { Invoke-WebRequest -UseBasicParsing -Uri ($From.TrimEnd('/') + '/' + $Name) -OutFile $target } catch { return $null }
        } else {
            $source = Join-Path $From $Name
            if (-not (Test-Path $source)) { return $null }
            Copy-Item $source $target
        }
        return $target
    }

    # Windows PowerShell has no ImportSubjectPublicKeyInfo and wants r and s side by side: the key's last 64 bytes are X and Y, the signature is DER.
    function Test-Signature([byte[]]$Data, [byte[]]$Der) {
        $info = [Convert]::FromBase64String($PublicKey)
        $point = $info[($info.Length - 64)..($info.Length - 1)]
        [byte[]]$blob = [byte[]](0x45, 0x43, 0x53, 0x31, 0x20, 0, 0, 0) + $point # ECS1, 32 bytes each
        $key = [Security.Cryptography.CngKey]::Import($blob, [Security.Cryptography.CngKeyBlobFormat]::EccPublicBlob)
        $at = 2
        [byte[]]$plain = @()
        foreach ($part in 1, 2) {
            if ($Der[$at] -ne 2) { return $false }
            $length = $Der[$at + 1]
            [byte[]]$number = $Der[($at + 2)..($at + 1 + $length)]
            while ($number.Length -gt 32) { $number = $number[1..($number.Length - 1)] }
            $plain += [byte[]]::new(32 - $number.Length) + $number
            $at += 2 + $length
        }
        $ecdsa = New-Object Security.Cryptography.ECDsaCng $key
        $ecdsa.HashAlgorithm = [Security.Cryptography.CngAlgorithm]::Sha256
        return $ecdsa.VerifyData($Data, $plain)
    }

    $sums = Fetch 'SHA256SUMS'
    if (-not $sums) { Fail "There is no release at $From." 'look at the address; it must have a file SHA256SUMS' }
    if (-not $PublicKey) {
        if (-not $AllowUnsigned) { Fail 'This release is not signed: nobody vouches for it.' 'take a signed one, or if you know where it comes from: the same command with -AllowUnsigned' }
        Write-Warning 'The release is not signed.'
    } else {
        $signature = Fetch 'SHA256SUMS.sig'
        if (-not $signature) { Fail 'The release has no signature, and must have one.' 'do not install it; take it from where it is published' }
        if (-not (Test-Signature ([IO.File]::ReadAllBytes($sums)) ([IO.File]::ReadAllBytes($signature)))) {
            Fail 'The signature of the release is wrong: it is not what was published.' 'do not install it; take it from where it is published'
        }
        Write-Output 'Signature: good.'
    }

    $entries = @(Get-Content $sums | ForEach-Object { if ($_ -match "^([0-9a-f]{64})  (pryx-([0-9A-Za-z.+-]*)-$rid\.zip)`$") { [pscustomobject]@{ Hash = $Matches[1]; Name = $Matches[2]; Release = $Matches[3] } } })
    if ($Version) { $entries = @($entries | Where-Object { $_.Release -eq $Version.TrimStart('v') }) }
    if (-not $entries) { Fail "The release has no Pryx $Version for $rid." "see what it has: SHA256SUMS at $From" }
    $entry = $entries[-1]
    if ($DryRun) { Write-Output "Would install Pryx $($entry.Release) ($rid) from $From into $InstallDir."; exit 0 }

    $archive = Fetch $entry.Name
    if (-not $archive) { Fail "$($entry.Name) could not be fetched from $From." 'try again' }
    if ((Get-FileHash -Algorithm SHA256 $archive).Hash.ToLowerInvariant() -ne $entry.Hash) { Fail "$($entry.Name) is damaged: its checksum is not the one of the release." 'try again' }
    Write-Output 'Checksum: good.'
    Expand-Archive -Path $archive -DestinationPath (Join-Path $work 'new')
    $root = Join-Path $work "new\pryx-$($entry.Release)-$rid"

    New-Item -ItemType Directory -Force $InstallDir | Out-Null
    $list = @()
    foreach ($file in Get-ChildItem (Join-Path $root 'bin')) {
        $names = @($file.Name)
        if ($file.Name -eq 'pryx.exe') { $names = 'pryx.exe', 'pryx-core.exe', 'pryx-tui.exe' }
        foreach ($name in $names) {
            $target = Join-Path $InstallDir $name
            # One that runs can be moved, and not replaced.
            if (Test-Path $target) { Move-Item -Force $target (Join-Path $work "old-$name") }
            Copy-Item $file.FullName $target
            $list += "file $target"
        }
    }
    Set-Content -Path (Join-Path $InstallDir '.pryx-installed') -Value $list -Encoding ASCII
    & (Join-Path $InstallDir 'pryx.exe') --version | Out-Null
    if ($LASTEXITCODE -ne 0) { Fail 'Pryx is installed and does not start.' 'tell whoever publishes it' }

    $path = [Environment]::GetEnvironmentVariable('Path', 'User')
    if (-not $NoPath -and (";$path;" -notlike "*;$InstallDir;*")) {
        $answer = if ($Yes) { 'y' } elseif ($NoPrompt) { 'n' } else { Read-Host "$InstallDir is not on your PATH. Add it? [Y/n]" }
        if ($answer -notmatch '^[nN]') {
            [Environment]::SetEnvironmentVariable('Path', ("$path;$InstallDir").TrimStart(';'), 'User')
            Write-Output "Added $InstallDir to your PATH; it counts in new windows."
        }
    }
    Write-Output "Pryx $($entry.Release) is installed: $(Join-Path $InstallDir 'pryx.exe')"
    if (-not $NoOnboard) { Write-Output 'Next: pryx help   (everything), pryx doctor   (is all there?), pryx run "hello"' }
} finally {
    Remove-Item -Recurse -Force $work -ErrorAction SilentlyContinue
}
