"""Each constraint (Cn) of an op in a .td file has a negative test @<op>_c<n>.

Usage: check_constraints.py <folder of .td files> <folder of tests>
"""

import pathlib
import re
import sys

OP = re.compile(r'^def \w+Op\b[^"]*"(?P<mnemonic>\w+)"', re.MULTILINE)
CONSTRAINT = re.compile(r"^\s*\* \(C(\d+)\)", re.MULTILINE)


def read_constraints(folder):
    """Yields (op, number of its constraints) of all .td files."""
    for path in sorted(folder.glob("*.td")):
        text = path.read_text()
        ops = list(OP.finditer(text))
        ends = [op.start() for op in ops[1:]] + [len(text)]
        for op, end in zip(ops, ends):
            numbers = [int(n) for n in CONSTRAINT.findall(text, op.end(), end)]
            if numbers != list(range(1, len(numbers) + 1)):
                sys.exit(f"{path}: constraints of '{op['mnemonic']}' are numbered {numbers}")
            yield op["mnemonic"], len(numbers)


def main():
    td_folder, test_folder = map(pathlib.Path, sys.argv[1:])
    tests = "".join(path.read_text() for path in test_folder.glob("*-invalid.mlir"))
    tested = {(op, int(n)) for op, n in re.findall(r"@(\w+?)_c(\d+)(?=[^0-9])", tests)}
    total = 0
    missing = []
    for op, count in read_constraints(td_folder):
        total += count
        missing += [f"@{op}_c{n}" for n in range(1, count + 1) if (op, n) not in tested]
    if missing:
        sys.exit("no test for " + ", ".join(missing))
    print(f"{total} constraints, each with a test")


if __name__ == "__main__":
    main()
