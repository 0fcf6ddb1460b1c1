"""Imports and exports every model description below a folder and compares.

usage: check-golden.py FOLDER
"""

import json
import pathlib
import subprocess
import sys

# Cases whose description says something that had no effect when they were made.
NO_EFFECT = {"pos_alibi_per_head": "alibi_per_head_bound"}


def translate(*arguments, text=None):
    return subprocess.run(["brt-translate", *arguments], input=text, text=True,
                          check=True, capture_output=True).stdout


def differences(path):
    wanted = json.loads(path.read_text())
    module = translate("--import-json", str(path))
    got = json.loads(translate("--export-json", text=module))
    for key, value in got.items():
        if key not in wanted or wanted[key] == value:
            continue
        if key == "loss_mask_shifted" and not wanted["loss_mask_input"]:
            continue
        if NO_EFFECT.get(path.parent.name) == key:
            continue
        yield f"{path}: {key} differs: {wanted[key]} became {value}"


passed = failed = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/config.json")):
    if "layers" not in json.loads(path.read_text()):
        continue  # An operation alone, not a model.
    found = list(differences(path))
    print(*found, sep="\n", end="\n" if found else "")
    passed, failed = passed + (not found), failed + bool(found)
print(f"{passed} passed, {failed} failed")
