"""Measures the structure of the code: size, imports between packages, and the path of one board.

`python -m benchmarks.structure` prints the figures of this checkout; `--tree DIR` measures another
checkout with the same interpreter. The path is traced while a board of one shot is rendered in
layout quality: each call of product code that receives the board, or the specification of a run
that holds it, as an argument is a step.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

PACKAGES = ("storyboard", "shots", "model", "templates")
VIDEO = """
import inspect, json, sys
root = sys.argv[1]
files = set()

def trace(frame, event, argument):
    # Bodies of modules and classes run at import; only functions have optimised local variables.
    code = frame.f_code
    is_function = code.co_flags & inspect.CO_OPTIMIZED and not code.co_name.startswith("<")
    if event == "call" and is_function and code.co_filename.startswith(root + "/model/"):
        files.add(code.co_filename)

import model
sys.setprofile(trace)
wan = model.load(root + "/model/greybox")
wan.generate("A red car on a street.", size=(64, 64), num_frames=5, steps=2, seed=7)
sys.setprofile(None)
print("\\n" + json.dumps(sorted(files)))
"""
BOARD = """
storyboard: 1
title: One Shot
format: {fps: 12}
characters:
  mara: {name: MARA, as: the woman, looks: a woman in a yellow raincoat}
scenes:
  - number: 1
    lighting: dusk, practical, hard, side right
    shots:
      - {id: 1A, subjects: [mara], camera: "MS, push in slow", duration: 1s, action: Mara waves.}
"""

TRACE = """
import json, os, sys
root, board, out = sys.argv[1:4]
packages = tuple(os.path.join(root, name) + os.sep for name in ("storyboard", "shots", "model"))
steps, frames = [], set()

def trace(frame, event, argument):
    code = frame.f_code
    # A generator that is resumed is the same frame again.
    if event != "call" or not code.co_filename.startswith(packages) or frame in frames:
        return
    frames.add(frame)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for name in names:
        value = frame.f_locals.get(name)
        if type(value).__name__ in ("ShotList", "RunSpec") and name != "self":
            steps.append((os.path.relpath(code.co_filename, root), code.co_name))
            return

try:
    from storyboard.cli.main import run
except ImportError:
    from storyboard.cli import run
sys.setprofile(trace)
try:
    run(["render", board, "-o", out, "--quality", "layout", "--json", "--no-score"])
except SystemExit:
    pass
sys.setprofile(None)
print("\\n" + json.dumps(steps))
"""


def product_files(tree: Path) -> list[Path]:
    """Python files of the product packages."""
    return sorted(file for name in PACKAGES for file in (tree / name).rglob("*.py"))


def small_helpers(files: list[Path]) -> int:
    """Private functions of six lines or fewer that are used once in their file."""
    count = 0
    for file in files:
        tree = ast.parse(file.read_text())
        nodes = list(ast.walk(tree))
        uses = Counter(n.id for n in nodes if isinstance(n, ast.Name))
        uses += Counter(n.attr for n in nodes if isinstance(n, ast.Attribute))
        count += sum(
            isinstance(node, ast.FunctionDef)
            and node.name.startswith("_")
            and not node.name.startswith("__")
            and not node.decorator_list
            and (node.end_lineno or 0) - node.lineno < 6
            and uses[node.name] == 1
            for node in nodes
        )
    return count


def imports_between(tree: Path, package: str) -> set[tuple[str, str]]:
    """Pairs of direct children of a package of which the first imports the second."""
    pairs = set()
    for file in (tree / package).rglob("*.py"):
        own = file.relative_to(tree / package).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            for name in imported(node, package):
                if own != name and "__init__" not in (own, name) and exists(tree / package / name):
                    pairs.add((own, name))
    return pairs


def imported(node: ast.AST, package: str) -> list[str]:
    """Children of a package that an import statement names."""
    if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        parts = node.module.split(".")
        if parts[0] != package:
            return []
        return [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
    return []


def exists(path: Path) -> bool:
    """Whether a path names a package or a module."""
    return path.is_dir() or path.with_suffix(".py").is_file()


def in_cycles(pairs: set[tuple[str, str]]) -> int:
    """How many imports lie on a cycle."""
    below: dict[str, set[str]] = {}
    for above, name in pairs:
        below.setdefault(above, set()).add(name)

    def reaches(start: str, goal: str) -> bool:
        waiting, done = [start], set()
        while waiting:
            name = waiting.pop()
            if name == goal:
                return True
            if name not in done:
                done.add(name)
                waiting += below.get(name, ())
        return False

    return sum(reaches(name, above) for above, name in pairs)


def closure_lines(tree: Path, start: str) -> int:
    """Lines of all modules of `model` that a module imports at import time, itself included."""
    done, waiting = set(), {tree / start}
    while waiting:
        file = waiting.pop()
        done.add(file)
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.ImportFrom):
                continue
            base = file.parent if node.level else tree
            path = base / (node.module or "").replace(".", "/")
            for place in (path, *(path / alias.name for alias in node.names)):
                for found in (place.with_suffix(".py"), place / "__init__.py"):
                    if found.is_file() and found.is_relative_to(tree / "model"):
                        waiting |= {found} - done
    return sum(len(file.read_text().splitlines()) for file in done)


def video_files(tree: Path) -> list[Path]:
    """Files of `model` in which a function is called to load greybox and make a clip from text."""
    command = [sys.executable, "-c", VIDEO, str(tree)]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=True
    )
    return [Path(name) for name in json.loads(done.stdout.splitlines()[-1])]


def board_path(tree: Path) -> list[tuple[str, str]]:
    """Module and function of each call that receives the board while it is rendered."""
    with tempfile.TemporaryDirectory() as folder:
        board = Path(folder) / "board.yaml"
        board.write_text(BOARD)
        command = [sys.executable, "-c", TRACE, str(tree), str(board), f"{folder}/out"]
        environment = os.environ | {"PYTHONPATH": str(tree)}
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, check=True
        )
    return [tuple(step) for step in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--path", action="store_true", help="also print the path of the board")
    options = parser.parse_args()
    tree = options.tree.resolve()
    files = product_files(tree)
    lines = sum(len(file.read_text().splitlines()) for file in files)
    print(f"product: {lines} lines in {len(files)} files")
    print(f"private functions with one caller, six lines or fewer: {small_helpers(files)}")
    for package in ("storyboard", "shots", "model"):
        pairs = imports_between(tree, package)
        print(f"imports between parts of {package}: {len(pairs)}, in cycles {in_cycles(pairs)}")
    print(f"import closure of model.denoise: {closure_lines(tree, 'model/denoise.py')} lines")
    print(f"import closure of model.pipeline: {closure_lines(tree, 'model/pipeline.py')} lines")
    entered = video_files(tree)
    lines = sum(len(file.read_text().splitlines()) for file in entered)
    print(f"entered for text-to-video, loading included: {lines} lines in {len(entered)} files")
    steps = board_path(tree)
    stays = [module for i, (module, _) in enumerate(steps) if i == 0 or steps[i - 1][0] != module]
    modules = set(stays)
    print(
        f"path of one board: {len(steps)} calls of {len(set(steps))} functions, "
        f"{len(modules)} modules, {len(stays) - len(modules)} returns to a module already left"
    )
    if options.path:
        for module, function in steps:
            print(f"  {module}: {function}")


if __name__ == "__main__":
    main()
