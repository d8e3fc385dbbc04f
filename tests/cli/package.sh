#!/usr/bin/env bash
# Packs a build directory's program and looks whether everything is where Debian expects it.
# usage: package.sh PACKAGE-SCRIPT BUILD
set -euo pipefail
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$1" --help >/dev/null
"$1" --build "$2" --out "$out" --fast

expect() { # expect LIST NAME...: each is in the list
  local list=$1 name
  shift
  for name in "$@"; do
    grep -qE "(^|[ /])$name\$" <<<"$list" || { echo "missing: $name" && exit 1; }
  done
}
list=$(tar -tzf "$out"/spool-*.tar.gz)
expect "$list" spool README.md LICENSE man/man1/spool.1 man/man7/spool-guide.7 completion/spool.bash completion/_spool \
  completion/spool.fish
tar -xzf "$out"/spool-*.tar.gz -C "$out"
cd "$out"/spool-*-linux-*/
version=$(./spool --version)

command -v dpkg-deb >/dev/null || exit 0
list=$(dpkg-deb --contents "$out"/spool_*.deb)
expect "$list" usr/bin/spool usr/share/man/man1/spool-produce.1.gz usr/share/man/man7/spool-format.7.gz \
  usr/share/bash-completion/completions/spool usr/share/zsh/vendor-completions/_spool \
  usr/share/fish/vendor_completions.d/spool.fish usr/share/doc/spool/copyright
[[ "spool $(dpkg-deb --field "$out"/spool_*.deb Version)" == "$version" ]]
if grep -vE ' root/root ' <<<"$list"; then
  echo "not root's" && exit 1
fi
