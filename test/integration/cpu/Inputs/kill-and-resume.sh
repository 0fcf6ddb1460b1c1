#!/bin/sh
# usage: kill-and-resume.sh PROGRAM DATA FOLDER
#
# Trains in FOLDER/run, killed 50 times at moments that the numbers below choose,
# and then to its end; in FOLDER/whole without a stop, on another number of
# threads. Whether both folders are the same.
set -eu
program=$1 data=$2 folder=$3
set -- train --data "$data" --seed 7 --checkpoint-every 5

number=1 kills=0 partial=0
while test $kills -lt 50; do
  # An end out of reach, so that every kill meets it running.
  "$program" "$@" --out "$folder/run" --resume --steps 1000000 2>/dev/null &
  number=$((number * 16807 % 2147483647))
  sleep "0.$(printf '%03d' $((number % 120)))"
  kill -9 $!
  wait $! || kills=$((kills + 1))
  ! ls -d "$folder"/run/*.partial >/dev/null 2>&1 || partial=$((partial + 1))
done
echo "killed $kills times, $partial of them while a checkpoint was written"

last=$(readlink "$folder/run/last")
steps=$(($(echo "$last" | sed 's/step-0*//') + 8))
"$program" "$@" --out "$folder/run" --resume --steps $steps --threads 1
"$program" "$@" --out "$folder/whole" --steps $steps --threads 2
diff -r "$folder/run" "$folder/whole"
