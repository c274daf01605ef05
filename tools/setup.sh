#!/bin/sh
# Make a fresh Debian 12 ready and configure a build folder.  Usage: setup.sh BUILD [meson options]
# Quick when nothing is missing: one look at dpkg's list, and meson only where BUILD is not configured.
set -eu
build=$1
shift
cd "$(dirname "$0")/.."

packages="gcc libc6-dev make meson ninja-build pkg-config python3 tzdata
libsqlite3-dev sqlite3 libsodium-dev liboath-dev libssl-dev libintelrdfpmath-dev libpcre2-dev libcmark-dev libfyaml-dev libjsmn-dev
libicu-dev libxml2-dev libzip-dev libxlsxwriter-dev libcmocka-dev
libmicrohttpd-dev libgnutls28-dev zlib1g-dev brotli"

# Node may be there without Debian's package; the browser and the maker of certificates are for the tests alone (BROWSER=yes).
have() { command -v "$1" >/dev/null 2>&1; }
{ have node && have npm; } || packages="$packages nodejs npm"
[ "${BROWSER:-no}" = no ] || have chromium || packages="$packages chromium fonts-noto-cjk"
[ "${BROWSER:-no}" = no ] || have openssl || packages="$packages openssl"

missing=
for p in $packages; do
    dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
if [ -n "$missing" ]; then
    echo "安装软件包 (installing packages):$missing"
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" "$@" >"${TMPDIR:-/tmp}/guiju-setup.$$" 2>&1 || {
        cat "${TMPDIR:-/tmp}/guiju-setup.$$" >&2
        rm -f "${TMPDIR:-/tmp}/guiju-setup.$$"
        exit 1
    }
    rm -f "${TMPDIR:-/tmp}/guiju-setup.$$"
fi
