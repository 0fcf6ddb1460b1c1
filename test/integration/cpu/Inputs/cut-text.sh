#!/bin/sh
# usage: cut-text.sh PROGRAM CHECKPOINT PROMPT FOLDER
#
# Whether the likeliest 60 bytes behind PROMPT stay the same when the first n of
# them are part of the prompt.
set -eu
program=$1 checkpoint=$2 prompt=$3 folder=$4

"$program" generate --checkpoint "$checkpoint" --prompt "$prompt" \
  --tokens 60 --greedy > "$folder/whole"
test "$(wc -c < "$folder/whole")" = 60
# A text of one letter would prove nothing.
test "$(od -An -v -tx1 -w1 "$folder/whole" | sort -u | wc -l)" -ge 10
for n in 1 2 8 9 10 25 41; do
  head -c "$n" "$folder/whole" > "$folder/text"
  { printf %s "$prompt"; cat "$folder/text"; } > "$folder/prompt"
  "$program" generate --checkpoint "$checkpoint" --prompt-file "$folder/prompt" \
    --tokens $((60 - n)) --greedy >> "$folder/text"
  cmp "$folder/text" "$folder/whole"
done
