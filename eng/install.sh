#!/bin/sh
# Installs Pryx for this user: the programs into ~/.local/bin, nothing else without being asked. What it has stored before stays.
#
#   sh install.sh [OPTIONS]
#     --from WHERE       where the release is: a folder, or a base URL (default: PRYX_RELEASE_URL)
#     --version VERSION  this one and not the newest there
#     --install-dir DIR  for the programs (default: ~/.local/bin)
#     --no-path          do not offer to put that folder on the PATH
#     --yes              do not ask: put it on the PATH
#     --no-onboard       do not say what to do next
#     --dry-run          only say what would be done
#     --no-prompt        never ask: what would be asked is left undone
#     --allow-unsigned   install a release that nobody has signed
#     --checksum-only    install a signed release without looking at its signature, where nothing here can
#     --reset            forget config.yaml of an earlier installation (it is set aside)
#
# The same by PRYX_INSTALL_DIR, PRYX_VERSION, PRYX_NO_MODIFY_PATH, PRYX_NO_ONBOARD, PRYX_DRY_RUN, PRYX_NO_PROMPT set to 1.
# Needs a POSIX shell, tar, gzip, sha256sum (or shasum, or openssl), and curl or wget for a URL.
set -eu
umask 022

# Whose releases are taken: an ECDSA P-256 key, PEM. It is written here when a release is signed (eng/release --key); empty in one that is not.
# Why this kind: "openssl dgst -verify" of every OpenSSL and LibreSSL since 2012 can check it, so it works on an untouched macOS and wherever
# Debian's ca-certificates are; Ed25519 needs OpenSSL 1.1.1, which macOS does not have, and minisign or cosign nobody has.
public_key=''

say() { printf '%s\n' "$*"; }
fail() {
    printf 'Error: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf 'Next: %s\n' "$2" >&2
    exit 1
}
is_on() { case "${1:-}" in 1 | true | yes | on) return 0 ;; *) return 1 ;; esac; }
has() { command -v "$1" >/dev/null 2>&1; }

from=${PRYX_RELEASE_URL:-}
version=${PRYX_VERSION:-}
directory=${PRYX_INSTALL_DIR:-}
path=ask
onboard=1 dry='' prompt=1 unsigned='' checksum_only='' reset=''
is_on "${PRYX_NO_MODIFY_PATH:-}" && path=no
is_on "${PRYX_NO_ONBOARD:-}" && onboard=''
is_on "${PRYX_DRY_RUN:-}" && dry=1
is_on "${PRYX_NO_PROMPT:-}" && prompt=''

while [ $# -gt 0 ]; do
    case $1 in
        --from | --version | --install-dir)
            [ $# -ge 2 ] || fail "$1 needs a value." "sh install.sh --help"
            case $1 in --from) from=$2 ;; --version) version=$2 ;; *) directory=$2 ;; esac
            shift
            ;;
        --no-path) path=no ;;
        --yes | -y) path=yes ;;
        --no-onboard) onboard='' ;;
        --dry-run) dry=1 ;;
        --no-prompt) prompt='' ;;
        --allow-unsigned) unsigned=1 ;;
        --checksum-only) checksum_only=1 ;;
        --reset) reset=1 ;;
        --help | -h)
            sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *) printf 'Error: Unknown option: %s\nNext: sh install.sh --help\n' "$1" >&2 && exit 2 ;;
    esac
    shift
done

[ -n "${HOME:-}" ] || fail "HOME is not set." "set it to your home folder"
[ -n "$directory" ] || directory=$HOME/.local/bin
case $directory in /*) ;; *) directory=$PWD/$directory ;; esac
# Next to the releases, where somebody has unpacked or mounted all of them.
if [ -z "$from" ]; then
    beside=$(dirname "$0")
    [ -f "$beside/SHA256SUMS" ] && from=$beside || fail "It is not said where the release is." "sh install.sh --from FOLDER-OR-URL"
fi

system=$(uname -s)
machine=$(uname -m)
case $system in
    Linux) os=linux ;;
    Darwin) os=osx ;;
    *) fail "There is no Pryx for $system." "on Windows use install.ps1" ;;
esac
case $machine in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) fail "There is no Pryx for $machine processors." ;;
esac
rid=$os-$cpu

work=$(mktemp -d "${TMPDIR:-/tmp}/pryx-install.XXXXXX") || fail "No temporary folder could be made." "free some space, or set TMPDIR"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

fetch() { # NAME
    case $from in
        http://* | https://*)
            if has curl; then
                curl -fsSL --retry 2 -o "$work/$1" "${from%/}/$1"
            elif has wget; then
                wget -q -O "$work/$1" "${from%/}/$1"
            else
                fail "Neither curl nor wget is here." "install one of them, or download the release yourself and use --from FOLDER"
            fi
            ;;
        *) [ -f "$from/$1" ] && cp "$from/$1" "$work/$1" ;;
    esac
}

sha256() {
    if has sha256sum; then
        sha256sum "$1" | cut -d' ' -f1
    elif has shasum; then
        shasum -a 256 "$1" | cut -d' ' -f1
    elif has openssl; then
        openssl dgst -sha256 "$1" | sed 's/.*= *//'
    else
        fail "Nothing here can compute a SHA-256 checksum." "install coreutils or openssl"
    fi
}

fetch SHA256SUMS || fail "There is no release at $from." "look at the address; it must have a file SHA256SUMS"

# 1. Who says so? The signature is over the checksums, and so over everything that they name.
if [ -z "$public_key" ]; then
    [ -n "$unsigned" ] || fail "This release is not signed: nobody vouches for it." "take a signed one, or if you know where it comes from: the same command with --allow-unsigned"
    say "Warning: the release is not signed."
elif [ -n "$checksum_only" ]; then
    say "Warning: the signature is not looked at, as you wished."
else
    fetch SHA256SUMS.sig || fail "The release has no signature, and must have one." "do not install it; take it from where it is published"
    has openssl || fail "The release is signed, and there is no openssl here to check that." "install openssl; or, if you trust where it comes from: the same command with --checksum-only"
    printf '%s\n' "$public_key" >"$work/key.pem"
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/SHA256SUMS.sig" "$work/SHA256SUMS" >/dev/null 2>&1 ||
        fail "The signature of the release is wrong: it is not what was published." "do not install it; take it from where it is published"
    say "Signature: good."
fi

# 2. Which one? The names in the list are those of the signed file, and no path.
wanted=$(sed -n "s/^[0-9a-f]\{64\}  \(pryx-[0-9A-Za-z.+-]*-$rid\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS")
[ -z "$version" ] || wanted=$(printf '%s\n' "$wanted" | while read -r name; do [ "$name" != "pryx-${version#v}-$rid.tar.gz" ] || printf '%s\n' "$name"; done)
archive=$(printf '%s\n' "$wanted" | tail -n 1)
[ -n "$archive" ] || fail "The release has no Pryx ${version:+$version }for $rid." "see what it has: SHA256SUMS at $from"
release=${archive%-"$rid".tar.gz}
release=${release#pryx-}

if [ -n "$dry" ]; then
    say "Would install Pryx $release ($rid) from $from into $directory."
    exit 0
fi

# 3. Is it that?
fetch "$archive" || fail "$archive could not be fetched from $from." "try again"
expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$work/SHA256SUMS")
[ "$(sha256 "$work/$archive")" = "$expected" ] || fail "$archive is damaged: its checksum is not the one of the release." "try again; if it stays so, tell whoever publishes it"
say "Checksum: good."

mkdir "$work/new"
(cd "$work/new" && gzip -dc "../$archive" | tar -xf -) || fail "$archive could not be unpacked." "free some space in ${TMPDIR:-/tmp}, or set TMPDIR"
root=$work/new/pryx-$release-$rid
[ -f "$root/bin/pryx" ] || fail "$archive has no pryx in it."

# 4. Put in place: beside first, then renamed, so that what runs goes on and what fails leaves the old one.
mkdir -p "$directory" 2>/dev/null || fail "$directory can not be made." "choose another one: --install-dir DIR"
[ -w "$directory" ] || fail "$directory may not be written." "choose another one: --install-dir DIR"
receipt=$directory/.pryx-installed
list=$work/receipt
: >"$list"
[ -f "$receipt" ] && sed -n '/^profile /p' "$receipt" >>"$list"
put() { # SOURCE TARGET MODE
    cp "$1" "$2.new" 2>/dev/null && chmod "$3" "$2.new" && mv -f "$2.new" "$2" || {
        rm -f "$2.new"
        fail "$2 could not be written." "free some space, or choose another folder: --install-dir DIR"
    }
    printf 'file %s\n' "$2" >>"$list"
}
for library in "$root"/bin/*.so "$root"/bin/*.dylib; do
    [ ! -f "$library" ] || put "$library" "$directory/$(basename "$library")" 644
done
put "$root/bin/pryx" "$directory/pryx" 755
# Hard links where the file system has them, else copies: the program looks at the name it was called by, which a symbolic link would hide.
for name in pryx-core pryx-tui; do
    rm -f "$directory/$name.new"
    if ln "$directory/pryx" "$directory/$name.new" 2>/dev/null; then
        mv -f "$directory/$name.new" "$directory/$name"
        # Of two names of one file mv leaves both.
        rm -f "$directory/$name.new"
        printf 'file %s\n' "$directory/$name" >>"$list"
    else
        put "$root/bin/pryx" "$directory/$name" 755
    fi
done
if [ "$directory" = "$HOME/.local/bin" ]; then
    mkdir -p "$HOME/.local/share/man/man1"
    for page in "$root"/man/*.1; do
        [ ! -f "$page" ] || put "$page" "$HOME/.local/share/man/man1/$(basename "$page")" 644
    done
    if [ -f "$root/completions/pryx.bash" ]; then
        mkdir -p "$HOME/.local/share/bash-completion/completions"
        put "$root/completions/pryx.bash" "$HOME/.local/share/bash-completion/completions/pryx" 644
    fi
    if [ -f "$root/completions/pryx.fish" ] && [ -d "$HOME/.config/fish" ]; then
        mkdir -p "$HOME/.config/fish/completions"
        put "$root/completions/pryx.fish" "$HOME/.config/fish/completions/pryx.fish" 644
    fi
fi

"$directory/pryx" --version >/dev/null 2>"$work/why" || fail "Pryx is installed and does not start: $(head -n 3 "$work/why")" "tell whoever publishes it"

# 5. The PATH, if that is wished.
case ":$PATH:" in
    *":$directory:"*) ;;
    *)
        if [ "$path" = ask ]; then
            path=no
            if [ -n "$prompt" ] && [ -t 1 ] && { : </dev/tty; } 2>/dev/null; then
                printf '%s is not on your PATH. Add it to your shell profile? [Y/n] ' "$directory"
                read -r answer </dev/tty || answer=n
                case $answer in n* | N*) ;; *) path=yes ;; esac
            fi
        fi
        if [ "$path" = yes ]; then
            # The login shell's: a POSIX profile, and zsh has its own.
            profiles=$HOME/.profile
            case ${SHELL:-} in */zsh) profiles=$HOME/.zprofile ;; */bash) [ ! -f "$HOME/.bash_profile" ] || profiles=$HOME/.bash_profile ;; esac
            grep -qs ' # pryx$' "$profiles" || printf 'export PATH="%s:$PATH" # pryx\n' "$directory" >>"$profiles"
            grep -qsx "profile $profiles" "$list" || printf 'profile %s\n' "$profiles" >>"$list"
            say "Added $directory to the PATH in $profiles; it counts from the next login on."
        else
            say "$directory is not on your PATH. To add it: export PATH=\"$directory:\$PATH\""
        fi
        ;;
esac
cp "$list" "$receipt"

data=${PRYX_DATA_DIR:-$HOME/.pryx}
if [ -f "$data/config.yaml" ]; then
    if [ -n "$reset" ]; then
        mv "$data/config.yaml" "$data/config.yaml.before-$release.$$"
        say "The configuration was set aside as $data/config.yaml.before-$release.$$."
    else
        say "Your configuration in $data is as it was."
    fi
fi
say "Pryx $release is installed: $directory/pryx"
[ -z "$onboard" ] || say "Next: pryx help   (everything), pryx doctor   (is all there?), pryx run \"hello\""
