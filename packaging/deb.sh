#!/bin/sh
# deb.sh - a Debian package of what BUILD holds.  Usage: deb.sh BUILD
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
for tool in dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null && continue
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dpkg-dev >/dev/null
done
version=$("$build/guiju" --version | grep -o '[0-9][0-9.]*' | head -1)
arch=$(dpkg --print-architecture)
work=$build/deb
root=$work/root
rm -rf "$work"
install -D -m 0755 "$build/guiju" "$root/usr/bin/guiju"
strip --strip-unneeded "$root/usr/bin/guiju"
mkdir -p "$root/usr/share/guiju" "$root/usr/share/doc/guiju"
cp -r packs "$root/usr/share/guiju/"
cp README.md README.zh-CN.md "$root/usr/share/doc/guiju/"
cp LICENSE "$root/usr/share/doc/guiju/copyright"
cp docs/*.md "$root/usr/share/doc/guiju/"
install -D -m 0644 packaging/guiju.service "$root/lib/systemd/system/guiju.service"
install -D -m 0644 packaging/guiju.conf "$root/etc/guiju/guiju.conf"
install -D -m 0644 packaging/default "$root/etc/default/guiju"
chmod -R u=rwX,go=rX "$root"

mkdir -p "$work/debian" "$root/DEBIAN"
printf 'Source: guiju\n\nPackage: guiju\nArchitecture: %s\n' "$arch" >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/bin/guiju 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<CONTROL
Package: guiju
Version: $version
Architecture: $arch
Maintainer: Guiju developers <guiju@example.invalid>
Depends: $depends, adduser, tzdata
Section: misc
Priority: optional
Installed-Size: $(du -sk "$root" | cut -f1)
Description: organisation work by rules that everyone can read (规矩)
 Registers, rules written as handbooks, findings with their reason and basis,
 and one journal that nobody can quietly rewrite.
CONTROL
printf '/etc/guiju/guiju.conf\n/etc/default/guiju\n' >"$root/DEBIAN/conffiles"
install -m 0755 packaging/postinst packaging/prerm "$root/DEBIAN/"
dpkg-deb --root-owner-group --build "$root" "$build/guiju_${version}_$arch.deb" >/dev/null
rm -rf "$work"
echo "$build/guiju_${version}_$arch.deb"
