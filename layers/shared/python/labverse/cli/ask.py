"""`kimi ask`: one prompt through the router."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from labverse.cli import api, show, target
from labverse.cli.options import Json, Stage


class TaskClass(StrEnum):
    """Decides the temperature and how much a good answer is worth."""

    critical = "critical"
    default = "default"
    creative = "creative"


_PATH = "/api/v1/analyze"
Prompt = Annotated[str, typer.Argument(help="The prompt; - reads it from stdin.")]
Model = Annotated[str | None, typer.Option(help="This model and no other.")]
Class = Annotated[TaskClass | None, typer.Option(help="Without it: default.")]
Cost = Annotated[str | None, typer.Option(help="US dollars for this task.")]
Latency = Annotated[int | None, typer.Option(help="The SLA of this task.")]
Cache = Annotated[int | None, typer.Option(help="A kept answer, no older than this, will do.")]
Once = Annotated[
    str | None, typer.Option(help="The same again gets the first answer, charged once.")
]


def ask(  # noqa: PLR0913, PLR0917 - typer makes the options of these
    text: Prompt,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
    model: Model = None,
    task_class: Class = None,
    max_cost_usd: Cost = None,
    max_latency_ms: Latency = None,
    cache_seconds: Cache = None,
    idempotency_key: Once = None,
) -> None:
    """Ask a model. The answer goes to stdout; who gave it, at what cost, to stderr."""
    limits = {
        "model": model,
        "task_class": task_class.value if task_class else None,
        "max_cost_usd": _usd(max_cost_usd),
        "max_latency_ms": max_latency_ms,
        "cache_seconds": cache_seconds,
    }
    body = {"text": _prompt(text)} | {n: value for n, value in limits.items() if value is not None}
    found, once = target.find(stage), idempotency_key
    with show.waiting("waiting for an answer"):
        answer = api.post(found, _PATH, body, as_json=as_json, idempotency_key=once)
    (show.machine if as_json else _print)(answer)


def _prompt(text: str) -> str:
    prompt = sys.stdin.read() if text == "-" else text
    if not prompt.strip():
        raise typer.BadParameter("the prompt is empty", param_hint="TEXT")
    return prompt


def _print(answer: Mapping[str, Any]) -> None:
    show.result(str(answer["text"]).strip())
    tokens = answer.get("tokens") or {}
    parts = (
        f"{answer['model']} ({answer['provider']})",
        f"{answer['latency_ms']} ms{'' if answer.get('sla_met', True) else ', SLA missed'}",
        f"{answer['cost_usd']:g} USD",
        *(["kept from an earlier request"] if answer.get("cached") else []),
        f"{_count(tokens.get('input'))} + {_count(tokens.get('output'))} tokens",
    )
    show.note(Text(" · ".join(parts), style="dim"))
    attempts = answer.get("attempts") or ()
    if len(attempts) > 1:
        columns = ("provider", "model", "outcome", "latency_ms", "cost_usd")
        rows = [[attempt.get(name) for name in columns] for attempt in attempts]
        show.table(("tried", "model", "outcome", "ms", "USD"), rows, on_stdout=False)


def _count(value: int | None) -> str:
    return "?" if value is None else str(value)


def _usd(text: str | None) -> str | None:
    """The amount as it was written: a JSON number would pass through a binary float."""
    try:
        usable = text is None or Decimal(text).is_finite()
    except InvalidOperation:
        usable = False
    if not usable:
        raise typer.BadParameter(f"{text!r} is not an amount", param_hint="--max-cost-usd")
    return text
