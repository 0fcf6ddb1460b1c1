"""Expects a program to map no more pages when it reads more text.

Usage: count-page-faults.py <program> <checkpoint> <text>
"""

import resource
import subprocess
import sys


def count_faults(program, checkpoint, text, size):
    """Page faults of the evaluation of `size` bytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    subprocess.run(
        [program, "eval", "--data", text, "--checkpoint", checkpoint,
         "--max-bytes", str(size), "--lanes", "1", "--threads", "1"],
        check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before


def main():
    few, many = (count_faults(*sys.argv[1:], size) for size in (2000, 10000))
    # A step has some hundred pages of buffers.
    if many - few > 200:
        sys.exit(f"expects about {few} page faults for more text, but got {many}")


if __name__ == "__main__":
    main()
