#!/usr/bin/env bash
# Checks those of the files given that are shell scripts.
set -euo pipefail
scripts=()
for file in "$@"; do
  [[ -f $file ]] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh\b' && scripts+=("$file")
done
echo "${#scripts[@]} scripts"
shellcheck "${scripts[@]}"
