"""Gives broken input to the tools: each entry of a table is one clear error.

Usage: run.py <table.toml> <folder of the tools> <mlir-opt> [<name of one entry>]

An entry passes if the tool exits with the code of the entry (1), was not killed
by a signal, says what the entry expects, and says no more than one error. An
entry with `mutate` makes many files of bytecode from a valid module; each may
be accepted or refused, with any number of errors, but not crash the tool. Bytes
that the plain mlir-opt dies of as well say nothing about ours.
The last line is `N passed, N failed`.
"""

import pathlib
import random
import subprocess
import sys
import tempfile
import tomllib

TIMEOUT_SECONDS = 60
CRASHES = ["PLEASE submit a bug report", "AddressSanitizer", "runtime error:", "Assertion"]


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=TIMEOUT_SECONDS, check=False)
    return done.returncode, done.stderr.decode(errors="replace")


def find_crash(code, stderr):
    if code < 0:
        return f"was killed by signal {-code}"
    for mark in CRASHES:
        if mark in stderr:
            return f"says '{mark}'"
    return None


def make_input(entry):
    """The bytes of the input file of an entry, or None."""
    if "nested" in entry:
        nested = entry["nested"]
        depth = nested["depth"]
        text = nested["open"] * depth + nested.get("middle", "") + nested["close"] * depth
        return text.encode()
    if "hex" in entry:
        return bytes.fromhex(entry["hex"])
    if "text" in entry:
        return entry["text"].encode()
    return None


def check_error(entry, tools, folder):
    """One run of a tool; what is wrong with it, or None."""
    path = folder / entry.get("file", "input.mlir")
    data = make_input(entry)
    if data is not None:
        path.write_bytes(data)
    beside = folder / "beside"
    beside.write_bytes(bytes.fromhex(entry.get("beside", "")))
    names = {"input": path, "beside": beside, "folder": folder,
             "missing": folder / "no-such-file", "out": folder / "out"}
    args = [arg.format(**names) for arg in entry["args"]]
    code, stderr = run([tools / entry["tool"], *args])
    crash = find_crash(code, stderr)
    if crash:
        return crash + "\n" + stderr
    wanted = entry.get("exit", 1)
    if code != wanted:
        return f"exits with {code}, not {wanted}\n{stderr}"
    if entry["error"] not in stderr:
        return f"does not say '{entry['error']}', but\n{stderr}"
    if sum("error:" in line for line in stderr.splitlines()) > 1:
        return f"says more than one error\n{stderr}"
    return None


def mutations(entry, data):
    kind, count = entry["mutate"], entry["count"]
    generator = random.Random(1)
    for i in range(count):
        if kind == "truncate":
            yield data[:len(data) * i // count]
        else:
            flipped = bytearray(data)
            for _ in range(entry["bits"]):
                flipped[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
            yield bytes(flipped)


def check_mutations(entry, tools, folder, mlir_opt):
    source, valid, path = folder / "valid.mlir", folder / "valid.mlirbc", folder / "broken.mlirbc"
    source.write_text(entry["text"])
    subprocess.run([tools / "brt-opt", source, *entry["args"], "--emit-bytecode", "-o", valid],
                   check=True)
    for index, data in enumerate(mutations(entry, valid.read_bytes())):
        path.write_bytes(data)
        code, stderr = run([tools / entry["tool"], path, "-o", folder / "out"])
        crash = find_crash(code, stderr)
        if crash and find_crash(*run([mlir_opt, path])):
            continue
        if crash or code not in (0, 1):
            return f"mutation {index}: {crash or f'exits with {code}'}\n{stderr}"
        if code == 1 and not stderr.strip():
            return f"mutation {index}: refused without a word"
    return None


def main():
    table, tools = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    mlir_opt = pathlib.Path(sys.argv[3])
    entries = tomllib.loads(table.read_text())["entry"]
    if len(sys.argv) > 4:
        entries = [entry for entry in entries if entry["name"] == sys.argv[4]]
    failed = skipped = 0
    for entry in entries:
        if not (tools / entry["tool"]).exists():
            skipped += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                if "mutate" in entry:
                    wrong = check_mutations(entry, tools, pathlib.Path(folder), mlir_opt)
                else:
                    wrong = check_error(entry, tools, pathlib.Path(folder))
            except subprocess.TimeoutExpired:
                wrong = f"takes more than {TIMEOUT_SECONDS} seconds"
        if wrong:
            failed += 1
            print(f"FAIL {entry['name']}: {entry['tool']} {wrong}")
    passed = len(entries) - failed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
