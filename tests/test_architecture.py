"""The house keeps its plan: who may import whom, how large things are, what stands in docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType

import pytest

import ebayes_lm

ROOT = Path(ebayes_lm.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
# From the ground up; a module imports from its own floor or from lower ones.
FLOORS = (
    ("errors", "_typing"), ("kernels",), ("core",), ("data",), ("design",), ("results",), ("fitting",),
    ("counts",), ("weights",), ("batch",), ("scale",),
    ("limma", "datasets"), ("guide",), ("plot",), ("io_anndata",), ("scverse",), ("reporting",), ("cli", "__main__"),
)  # fmt: skip
OPTIONAL = ("matplotlib", "yaml", "anndata", "dask", "h5py", "pyarrow", "zarr", "distributed", "bed_reader")
HEAVY = ("numba", "pandas", "scipy", "formulaic", "statsmodels", *OPTIONAL)
LATE = ("numba", "formulaic", "statsmodels", "scipy.stats", *OPTIONAL)
MOST_LINES, MOST_IN_FUNCTION = 300, 60
PUBLIC = {
    name: getattr(ebayes_lm, name) for name in ebayes_lm.__all__ if not inspect.ismodule(getattr(ebayes_lm, name))
}
CALLABLE = {name: value for name, value in PUBLIC.items() if callable(value)}
PLOTS = {name: getattr(ebayes_lm.plot, name) for name in ebayes_lm.plot.__all__}
ROOMS = (ebayes_lm.io_anndata, ebayes_lm.scverse)
IN_ROOMS = {name: getattr(room, name) for room in ROOMS for name in room.__all__}
METHODS = {
    f"{name}.{attribute}": value
    for name, cls in (PUBLIC | IN_ROOMS).items()
    if inspect.isclass(cls)
    for attribute, value in vars(cls).items()
    if isinstance(value, FunctionType) and not attribute.startswith("_")
}


def offenders(rule: Callable[[Path], object]) -> dict[str, object]:
    """Files of the package of which a rule has something to say, and what."""
    return {str(path.relative_to(ROOT)): said for path in FILES if (said := rule(path))}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, inside functions too; relative imports are not used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def imports_at_once(tree: ast.Module) -> Iterator[str]:
    """What importing the module imports: outside functions, and not for type checkers alone."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from imports(node)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def floor(module: str) -> int | None:
    """How high a module of the package stands; None for the package itself and for other packages."""
    parts = module.split(".")
    if parts[0] != "ebayes_lm" or len(parts) == 1:
        return None
    return next(level for level, names in enumerate(FLOORS) if parts[1] in names)


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_there_are_files() -> None:
    assert len(FILES) > 100


def test_imports_go_down() -> None:
    def higher(path: Path) -> list[str]:
        own = floor(module_name(path))
        return [] if own is None else [name for name in imports(tree_of(path)) if (floor(name) or 0) > own]

    assert offenders(higher) == {}


def test_the_package_is_not_imported_whole() -> None:
    """But by what stands over the public API."""
    rooms = ("cli", "reporting", "scverse", "io_anndata", "plot", "datasets", "limma", "__main__")
    allowed = tuple(f"ebayes_lm.{room}" for room in rooms)

    def whole(path: Path) -> bool:
        below = path != ROOT / "__init__.py" and not is_within(module_name(path), allowed)
        return below and "ebayes_lm" in imports(tree_of(path))

    assert offenders(whole) == {}


def test_heavy_packages_are_imported_where_used() -> None:
    assert offenders(lambda path: [name for name in imports_at_once(tree_of(path)) if is_within(name, LATE)]) == {}


def test_numbers_know_no_labels() -> None:
    def labels(path: Path) -> list[str]:
        known = ("pandas", "formulaic", "statsmodels")
        numbers = is_within(module_name(path), ("ebayes_lm.core", "ebayes_lm.kernels"))
        return [name for name in imports(tree_of(path)) if numbers and is_within(name, known)]

    assert offenders(labels) == {}


def test_files_are_small() -> None:
    assert offenders(lambda path: max(0, len(path.read_text(encoding="utf-8").splitlines()) - MOST_LINES)) == {}


def test_functions_are_small() -> None:
    def long(path: Path) -> dict[str, int]:
        return {f.name: code_lines(f) for f in functions(tree_of(path)) if code_lines(f) > MOST_IN_FUNCTION}

    assert offenders(long) == {}


def code_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    prose = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - prose


def test_nothing_is_evaluated_printed_or_left_undone() -> None:
    assert offenders(what_is_left_out) == {}


def what_is_left_out(path: Path) -> set[str]:
    """What a file evaluates, prints, asserts or leaves undone."""
    nodes = list(ast.walk(tree_of(path)))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    forbidden = {"eval", "exec", "compile", "__import__", "breakpoint"}
    if not is_within(module_name(path), ("ebayes_lm.cli",)):
        forbidden |= {"print", "input"}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    pickles = {name for name in imports(tree_of(path)) if is_within(name, ("pickle", "marshal", "shelve", "dill"))}
    asserts = {"assert" for node in nodes if isinstance(node, ast.Assert)}
    undone = set(re.findall(r"\b(TODO|FIXME|XXX)\b", path.read_text(encoding="utf-8")))
    return called & forbidden | names & {"NotImplementedError"} | pickles | asserts | undone


def test_warnings_come_from_one_place() -> None:
    """The command line is a program of its own and may filter them."""

    def warned(path: Path) -> set[str]:
        if is_within(module_name(path), ("ebayes_lm.errors", "ebayes_lm.cli")):
            return set()
        called = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
        return called & {"warnings.warn", "warnings.simplefilter", "warnings.filterwarnings"}

    assert offenders(warned) == {}


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """A lazy attribute would turn into the module of its name on its second access."""
    modules = {part for path in FILES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert modules & set(CALLABLE) == set()
    assert {path.stem for path in (ROOT / "plot").glob("*.py")} & set(PLOTS) == set()
    assert modules & {"utils", "helpers", "util", "helper", "misc", "common"} == set()


@pytest.mark.parametrize(("room", "public"), [(".", PUBLIC), ("plot", PLOTS)])
def test_what_the_package_exports_is_what_type_checkers_see(room: str, public: dict[str, object]) -> None:
    block = next(n for n in tree_of(ROOT / room / "__init__.py").body if isinstance(n, ast.If))
    seen = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.name == alias.asname, "only 'import a as a' is a re-export"
            seen[alias.name] = node.module
    module = ebayes_lm if room == "." else getattr(ebayes_lm, room)
    assert sorted(module.__all__) == sorted(seen)
    assert set(module.__all__) <= set(dir(module))
    for name, value in public.items():
        assert value.__module__ == seen[name]  # type: ignore[attr-defined]


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, ebayes_lm; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name in HEAVY] == []


def test_every_public_name_is_there_once_the_package_is_imported() -> None:
    code = "import ebayes_lm as el\nfor name in el.__all__: getattr(el, name)"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run([sys.executable, "-c", "import ebayes_lm as el; el.errors.EbayesLMWarning"], check=True)


def test_fitting_loads_nothing_that_it_does_not_use() -> None:
    code = (
        "import sys, numpy as np, ebayes_lm as el\n"
        "el.lm_fit(np.random.default_rng(1).normal(size=(50, 4)), np.eye(4)[:, :2] + 1).ebayes().top_table(0)\n"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    by_pandas = ("pyarrow",)
    assert [name for name in loaded if name in LATE and name not in by_pandas] == []


# Docstrings.

SECTION = re.compile(r"^(\w[\w ]*)\n-+$", re.MULTILINE)


def sections(value: object) -> dict[str, str]:
    """Sections of a numpydoc docstring by name; the summary is called Summary."""
    parts = SECTION.split(inspect.getdoc(value) or "")
    return {"Summary": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def documented_parameters(text: str) -> list[str]:
    heads = [line.split(":")[0].strip() for line in text.splitlines() if line and not line[0].isspace()]
    return [name.strip() for head in heads for name in head.split(",")]


def signature_parameters(value: object) -> list[str]:
    stars = {inspect.Parameter.VAR_KEYWORD: "**", inspect.Parameter.VAR_POSITIONAL: "*"}
    parameters = inspect.signature(value).parameters.values()  # type: ignore[arg-type]
    return [stars.get(p.kind, "") + p.name for p in parameters if p.name != "self"]


def raises(value: FunctionType) -> bool:
    return "raise " in inspect.getsource(value)


VERBS = {name: value for name, value in (PUBLIC | PLOTS | IN_ROOMS).items() if isinstance(value, FunctionType)}


@pytest.mark.parametrize("name", sorted(VERBS))
def test_public_functions_are_documented(name: str) -> None:
    written = sections(VERBS[name])
    assert written["Summary"].strip().splitlines()[0].endswith(".")
    assert {"Parameters", "Returns", "Examples"} <= set(written)
    assert documented_parameters(written["Parameters"]) == signature_parameters(VERBS[name])
    assert ">>> " in written["Examples"]
    assert "Raises" in written or not raises(VERBS[name])


@pytest.mark.parametrize("name", sorted(METHODS))
def test_public_methods_are_documented(name: str) -> None:
    written = sections(METHODS[name])
    assert written["Summary"].strip(), f"{name} has no docstring"
    if "Parameters" in written:
        assert documented_parameters(written["Parameters"]) == signature_parameters(METHODS[name])
        assert "Returns" in written


@pytest.mark.parametrize("name", sorted(n for n, v in (PUBLIC | IN_ROOMS).items() if inspect.isclass(v)))
def test_public_classes_are_documented(name: str) -> None:
    cls = (PUBLIC | IN_ROOMS)[name]
    written = sections(cls)
    assert written["Summary"].strip()
    assert not (cls.__doc__ or "").startswith(f"{name}("), "the docstring is not the one that dataclass makes"
    for attribute, value in inspect.getmembers(cls, lambda v: isinstance(v, property)):
        assert attribute.startswith("_") or value.__doc__, f"{name}.{attribute} has no docstring"


# Plots.

DRAWN = sorted(name for name, value in PLOTS.items() if isinstance(value, FunctionType) and not name.endswith("_data"))


@pytest.mark.parametrize("name", DRAWN)
def test_every_plot_has_a_twin_that_gives_what_is_drawn(name: str) -> None:
    """The twin takes what the plot takes, but for what is about the drawing alone."""
    plot, twin = inspect.signature(PLOTS[name]), inspect.signature(PLOTS[f"{name}_data"])
    assert plot.return_annotation == "Axes"
    assert plot.parameters["ax"].default is None
    assert "ax" not in twin.parameters
    assert [str(plot.parameters.get(key)) for key in twin.parameters] == [str(p) for p in twin.parameters.values()]


def test_every_twin_is_that_of_a_plot() -> None:
    twins = {name for name, value in PLOTS.items() if isinstance(value, FunctionType)} - set(DRAWN)
    assert {name.removesuffix("_data") for name in twins} == set(DRAWN)
