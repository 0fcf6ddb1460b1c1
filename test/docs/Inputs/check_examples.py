"""Every fenced `mlir` block of .td files and pages is IR that brt-opt accepts.

Usage: check_examples.py <brt-opt> <root of the sources>

A block fenced without `mlir` may leave things out.
"""

import pathlib
import re
import subprocess
import sys
import textwrap

FENCE = re.compile(r"^(?P<indent> *)```mlir\n(?P<body>.*?)^(?P=indent)```$",
                   re.MULTILINE | re.DOTALL)
PAGES = ["*.md", "docs/*.md", "docs/tutorial/*.md", "examples/**/*.md",
         "dialects/**/*.md", "dialects/**/*.td", "passes/**/*.td"]


def check(brt_opt, path, text):
    """Returns how many examples a file has; prints those that are refused."""
    count = failed = 0
    for match in FENCE.finditer(text):
        count += 1
        line = text.count("\n", 0, match.start()) + 2
        done = subprocess.run([brt_opt, "-o", "/dev/null"], capture_output=True, text=True,
                              input=textwrap.dedent(match["body"]), check=False)
        if done.returncode:
            failed += 1
            print(f"{path}:{line}: this example is refused:\n{done.stderr}")
    return count, failed


def main():
    brt_opt, root = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted({path for page in PAGES for path in root.glob(page)})
    results = [check(brt_opt, path, path.read_text()) for path in paths]
    count, failed = map(sum, zip(*results))
    print(f"{count - failed} of {count} examples are accepted")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
