#!/usr/bin/env bash
# static_names.sh PROGRAM: the static program resolves localhost and every name of the hosts file.
set -euo pipefail
mapfile -t names < <(awk '!/^[[:space:]]*#/ { for (i = 2; i <= NF && $i !~ /^#/; ++i) print $i }' /etc/hosts | sort -u)
echo "localhost ${names[*]}"
exec "$1" localhost "${names[@]}"
