"""Money is never a float inside: every field named `*_usd` is a Decimal (labverse.kernel.money)."""

import ast
import importlib
import pkgutil
import types
import typing
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

import labverse
from tests.infra.tree import python_files, text

PRODUCT = [
    p for p in python_files() if p.startswith(("layers/shared/", "functions/", "infra_cdk/"))
]


def _models() -> list[type[BaseModel]]:
    """Every model of the product; modules that need a tool of people's machines are skipped."""
    for module in pkgutil.walk_packages(labverse.__path__, "labverse."):
        if not module.name.startswith(("labverse.cli", "labverse.adapters")):
            importlib.import_module(module.name)
    todo, found = [BaseModel], []
    while todo:
        children = todo.pop().__subclasses__()
        todo += children
        found += [child for child in children if child.__module__.startswith("labverse.")]
    return sorted(set(found), key=lambda model: f"{model.__module__}.{model.__qualname__}")


def _leaves(annotation: Any) -> set[Any]:
    """The plain types in an annotation: `dict[str, Decimal | None]` has str, Decimal, None."""
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        return _leaves(arguments[0])
    if not arguments or typing.get_origin(annotation) is typing.Literal:
        return {annotation}
    return set().union(*(_leaves(argument) for argument in arguments))


def test_money_fields_are_decimal() -> None:
    wrong = [
        f"{model.__module__}.{model.__name__}.{name} is {field.annotation}: use kernel.money.Usd"
        for model in _models()
        for name, field in model.model_fields.items()
        if name.endswith("_usd") and _leaves(field.annotation) - {Decimal, types.NoneType}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_name_in_usd_is_a_float() -> None:
    """The same for arguments, attributes and variables, which no model declares."""
    wrong = [line for path in PRODUCT for line in _floats(path)]
    assert not wrong, "\n".join(wrong)


def _floats(path: str) -> list[str]:
    wrong = []
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.AnnAssign):
            name, annotation = ast.unparse(node.target), ast.unparse(node.annotation)
        elif isinstance(node, ast.arg) and node.annotation:
            name, annotation = node.arg, ast.unparse(node.annotation)
        else:
            continue
        if name.endswith("_usd") and "float" in annotation:
            wrong.append(
                f"{path}:{node.lineno} {name}: {annotation}: money is Decimal or micro-USD"
            )
    return wrong
