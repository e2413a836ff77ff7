"""Rules of the code base that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("storyboard", "shots", "model", "templates")
HEAVY = ("torch", "transformers", "moviepy", "diffusers", "ray", "cv2")
VAGUE_MODULES = {"utils", "util", "common", "helpers", "misc", "manager", "core"}
BANNED_NAMES = {"seen", "told", "said", "looked", "worn", "taught", "known"}
NO_SUBJECT = {"__init__", "__main__"}

PRODUCT = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
EVERYTHING = [*PRODUCT, *sorted((ROOT / "training").rglob("*.py"))]
TREES = {file: ast.parse(file.read_text()) for file in PRODUCT}


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def line_count(file: Path) -> int:
    return len(file.read_text().splitlines())


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Names that a module defines: variables, attributes, parameters, functions and classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


@pytest.mark.parametrize(
    "name", ["shots", "model.presets", "storyboard", "storyboard.cli.main", "storyboard.plan.plan"]
)
def test_a_light_import_loads_nothing_heavy(name: str) -> None:
    script = f"import sys, {name}; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    assert loaded.stdout.strip() == "[]"


def test_no_module_has_a_vague_name() -> None:
    assert [name_of(file) for file in EVERYTHING if file.stem in VAGUE_MODULES] == []


def test_no_file_has_more_than_400_lines() -> None:
    assert [name_of(f) for f in EVERYTHING if line_count(f) > 400] == []


def test_no_function_has_more_than_60_lines() -> None:
    long = [
        f"{name_of(file)}: {node.name}"
        for file, tree in TREES.items()
        for node in functions(tree)
        if lines_of(node) > 60
    ]
    assert long == []


def test_no_folder_has_more_than_14_modules() -> None:
    counts = Counter(file.parent for file in EVERYTHING if file.stem != "__init__")
    assert {name_of(folder): count for folder, count in counts.items() if count > 14} == {}


def test_no_module_basename_is_used_twice() -> None:
    places = defaultdict(list)
    for file in PRODUCT:
        if file.stem not in NO_SUBJECT:
            places[file.stem].append(name_of(file))
    assert {stem: files for stem, files in places.items() if len(files) > 1} == {}


def test_no_public_class_name_is_used_twice() -> None:
    places = defaultdict(list)
    for file, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_value_has_a_banned_name() -> None:
    banned = [
        f"{name_of(file)}: {name}"
        for file, tree in TREES.items()
        for name in bound_names(tree)
        if name.strip("_") in BANNED_NAMES
    ]
    assert banned == []


def test_few_small_helpers_have_one_caller() -> None:
    """Entries of a table are no helpers: only a function whose one use is a call counts."""
    small = []
    for file, tree in TREES.items():
        uses = Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Name | ast.Attribute)
        )
        calls = Counter(
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        )
        small += [
            f"{name_of(file)}: {node.name}"
            for node in functions(tree)
            if node.name.startswith("_")
            and not node.name.startswith("__")
            and not node.decorator_list
            and lines_of(node) <= 6
            and uses[node.name] == calls[node.name] == 1
        ]
    assert len(small) <= 0.0013 * sum(map(line_count, PRODUCT)), small


def test_the_product_has_at_most_56900_lines_in_330_files() -> None:
    assert sum(map(line_count, PRODUCT)) <= 56_900
    assert len(PRODUCT) <= 330


def test_no_docstring_lists_its_callers() -> None:
    listing = [
        f"{name_of(file)}: {getattr(node, 'name', 'module')}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and any(words in (ast.get_docstring(node) or "") for words in ("Called by", "Used by"))
    ]
    assert listing == []


def test_every_module_postpones_annotations() -> None:
    line = "from __future__ import annotations"
    assert [name_of(f) for f in PRODUCT if f.stem != "__init__" and line not in f.read_text()] == []


def imports_of(file: Path) -> set[Path]:
    """Files that a module of `model` imports when it is imported; types alone do not count."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("model"):
            base = ROOT / (node.module or "").replace(".", "/")
            names = [base / alias.name for alias in node.names]
            for path in [base, *names]:
                found |= {p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()}
    return found


def closure(file: Path) -> set[Path]:
    done: set[Path] = set()
    waiting = {file}
    while waiting:
        current = waiting.pop()
        done.add(current)
        waiting |= imports_of(current) - done
    return done


def test_the_denoiser_reads_neither_files_nor_pixels() -> None:
    files = closure(ROOT / "model" / "denoise.py")
    assert not [f for f in files if "weights" in f.parts or "autoencoder" in f.parts]
    assert sum(map(line_count, files)) <= 2_050


def test_every_package_of_the_wheel_is_a_package() -> None:
    assert all((ROOT / package / "__init__.py").is_file() for package in PACKAGES)


def test_no_test_folder_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def raised_texts(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Line and literal parts of the text of each exception that is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            text = node.exc.args[0]
            if parts := literal_parts(text):
                yield node.lineno, parts


def literal_parts(text: ast.expr) -> list[str]:
    """The constant pieces of a string or f-string, split where a value is filled in."""
    pieces = text.values if isinstance(text, ast.JoinedStr) else [text]
    constants = [p.value for p in pieces if isinstance(p, ast.Constant)]
    return [value for value in constants if isinstance(value, str) and value.strip(" .,:")]


def test_the_text_of_every_error_is_known_to_a_test() -> None:
    expected = []
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                expected.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                expected.append("…".join(literal_parts(node)))
    expected += [file.read_text() for file in (ROOT / "tests" / "golden").glob("*.txt")]
    texts = "\n".join(expected).replace("\\", "")
    sites = {
        f"{name_of(file)}:{line}": parts
        for file, tree in TREES.items()
        for line, parts in raised_texts(tree)
    }
    uses = Counter(part for parts in sites.values() for part in set(parts))
    unknown = []
    for site, parts in sites.items():
        # A part that only this error has, in a test; or the whole text with any values filled in.
        own = [part.strip() for part in parts if uses[part] == 1 and len(part.strip()) >= 8]
        whole = re.compile(".{0,200}?".join(re.escape(part.strip()) for part in parts))
        if not any(part in texts for part in own) and not whole.search(texts):
            unknown.append(f"{site}: {' … '.join(parts)}")
    assert unknown == []
