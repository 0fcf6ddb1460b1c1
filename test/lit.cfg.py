"""Configuration of lit for the whole suite.

BRT_OPT_CHECK_ROUNDTRIP=1 in the environment runs every `brt-opt` with
--verify-roundtrip: what it prints, as text and as bytecode, must read back.
"""

import os
import shutil

import lit.formats

config.name = "BRT"
config.test_format = lit.formats.ShTest()
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "benchmark", "unit", "fuzz", "golden", "robustness"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.brt_obj_root, "test")

bin_dir = os.path.join(config.brt_obj_root, "bin")
shared_dir = os.path.normpath(os.path.join(config.brt_src_root, "..", "shared"))

config.environment["PATH"] = os.pathsep.join(
    [bin_dir, config.llvm_tools_dir, os.environ["PATH"]])

# Tests compile, whatever was compiled before.
config.environment["BRT_CACHE_DIR"] = ""

if "address" in config.sanitize:
    config.environment["ASAN_OPTIONS"] = config.asan_options
    config.available_features.add("asan")

# Substitutions


def substitute_tool(name, command):
    """Replaces the word `name` where it is a command, not part of a path."""
    config.substitutions.append((r"(?<![\w./-])%s(?![\w./-])" % name, command))


brt_opt = os.path.join(bin_dir, "brt-opt")
if os.environ.get("BRT_OPT_CHECK_ROUNDTRIP"):
    brt_opt += " --verify-roundtrip"
substitute_tool("brt-opt", brt_opt)

# A test of a tool that some builds lack says `REQUIRES: <tool>`.
for tool in ["brt-translate", "brt-run", "brt-reduce", "brt-lsp-server"]:
    path = os.path.join(bin_dir, tool)
    if os.path.exists(path):
        substitute_tool(tool, path)
        config.available_features.add(tool)

substitute_tool("FileCheck", os.path.join(config.llvm_tools_dir, "FileCheck")
                + " -enable-var-scope")

config.substitutions += [
    ("%brt_src_root", config.brt_src_root),
    ("%brt_obj_root", config.brt_obj_root),
    ("%shared", shared_dir),
    ("%python", config.python_executable),
    ("%cxx", config.cxx_compiler),
    ("%cc", config.c_compiler),
]

# Features

if os.path.isdir(os.path.join(shared_dir, "golden")):
    config.available_features.add("shared-data")
if shutil.which("dot"):
    config.available_features.add("graphviz")
