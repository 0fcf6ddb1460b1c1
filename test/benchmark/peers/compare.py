"""Measures this project beside its peers in one run and prints the ratios.

Ours and theirs take turns, so that what else the machine does meets both; a
figure is the median over the rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))

# What is compared: our program, its entry point, and what port.py calls it.
COMPARISONS = [
    ("training step, f32", "f32", "train_step", "train"),
    ("training step, bf16", "bf16", "train_step", "train-bf16"),
    ("generation, 1 lane, f32", "f32", "decode", "generate"),
]


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"compare.py: error: expects '{' '.join(command)}' to succeed")
    return json.loads(result.stdout)


def measure_ours(program, entry, threads):
    root = run([program, "bench", "--entry", entry, "--decode-lanes", "1",
                "--threads", str(threads), "--json"])
    line = root["lines"][0]
    return (line["tokens"] / line["seconds"], root["peak_memory"])


def measure_port(what, threads):
    root = run([sys.executable, os.path.join(FOLDER, "port.py"), what,
                "--threads", str(threads)])
    return (root["tokens_per_second"], root["peak_memory"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--f32", required=True, help="program of the f32 model")
    parser.add_argument("--bf16", required=True, help="program of the bf16 model")
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    print(f"{'':<26}{'ours':>12}{'port':>12}{'ratio':>9}"
          f"{'ours':>9}{'port':>9}")
    print(f"{'':<26}{'tokens/s':>12}{'tokens/s':>12}{'':>9}{'GB':>9}{'GB':>9}")
    for name, precision, entry, peer in COMPARISONS:
        program = getattr(arguments, precision)
        ours, port = [], []
        for _ in range(arguments.rounds):
            ours.append(measure_ours(program, entry, arguments.threads))
            port.append(measure_port(peer, arguments.threads))
        rates = [statistics.median(rate for rate, _ in side)
                 for side in (ours, port)]
        memory = [max(peak for _, peak in side) / 1e9 for side in (ours, port)]
        print(f"{name:<26}{rates[0]:>12.1f}{rates[1]:>12.1f}"
              f"{rates[0] / rates[1]:>8.2f}x{memory[0]:>9.2f}{memory[1]:>9.2f}",
              flush=True)
    print("official JAX code: cannot be had, no package index has it")


if __name__ == "__main__":
    main()
