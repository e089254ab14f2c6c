"""Sizes, types and lint: the house stays readable."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, Module, modules, tracked

MODULE_LINES, TEST_LINES = 400, 600
FUNCTION_LINES, LONG_LINES, LONG_SHARE = 60, 40, 0.02
PARAMETERS, POSITIONAL = 5, 2
UNTELLING = re.compile(r"(Manager|Helper|Util|Utils|Processor)$")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def every_function() -> list[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [(module, function) for module in modules() for function in module.functions()]


def test_no_module_is_longer_than_a_person_can_hold_in_mind():
    sizes = {module.where: module.text.count("\n") for module in modules()} | {"cli.py": (ROOT / "cli.py").read_text().count("\n")}
    assert {where: size for where, size in sizes.items() if size > MODULE_LINES} == {}


def test_no_test_file_is_longer_than_agreed():
    sizes = {path.relative_to(ROOT).as_posix(): path.read_text().count("\n") for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")}
    assert {where: size for where, size in sizes.items() if size > TEST_LINES} == {}


def test_functions_are_short():
    lengths = {f"{module.where} {function.name}": length(function) for module, function in every_function()}
    assert {where: lines for where, lines in lengths.items() if lines > FUNCTION_LINES} == {}
    long = {where: lines for where, lines in lengths.items() if lines > LONG_LINES}
    assert len(long) <= LONG_SHARE * len(lengths), long
    assert statistics.median(lengths.values()) <= 10


def test_functions_take_few_parameters_and_most_of_them_by_name():
    found = []
    for module, function in every_function():
        given = function.args
        positional = [each.arg for each in [*given.posonlyargs, *given.args] if each.arg not in ("self", "cls")]
        if len(positional) > PARAMETERS:
            found.append(f"{module.where}:{function.lineno} {function.name}({', '.join(positional)})")
    assert found == []


def test_names_are_the_fields_words():
    found = [f"{module.where}:{node.lineno} {node.name}" for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef) and UNTELLING.search(node.name)]
    found += [module.where for module in modules() if module.parts[-1] in ("util", "utils", "helpers", "misc", "common")]
    assert found == []


def test_every_module_says_in_one_sentence_what_it_is():
    assert [module.where for module in modules() if module.text.strip() and not ast.get_docstring(module.tree)] == []


def test_ruff_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_log_messages_are_templates_so_that_the_log_can_leave_their_arguments_out():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "G001,G002,G003,G004", "--output-format", "concise", "vtclinic"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.timeout(600)
def test_mypy_finds_nothing(tmp_path):
    done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "mypy")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
