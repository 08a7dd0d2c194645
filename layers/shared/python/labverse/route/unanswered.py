"""Why a request was not answered: the caller's mistake, or ours to mend later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.route.choice import (
    LACKING,
    NOT_CONFIGURED,
    OTHER_MODEL,
    RETIRED,
    TOO_DEAR,
    TOO_LONG,
    Candidate,
)
from labverse.route.errors import UnknownModel
from labverse.route.models import Attempt, Refusal
from labverse.route.ranking import Ranking

WARMING = "warming"
# Reasons that hold however often the same request comes; any other may have gone by then.
LASTING = (LACKING, NOT_CONFIGURED, OTHER_MODEL, RETIRED, TOO_DEAR)


@dataclass(frozen=True)
class Again:
    """When to ask again, in seconds: while the local model is being started, and otherwise."""

    warming: int
    down: int | None = None


def unanswerable(ranking: Ranking, attempts: Sequence[Attempt], again: Again) -> LabverseError:
    """InvalidInput where no candidate could ever take the request, else Unavailable.

    Unavailable carries the attempts and the refusals, so that the caller sees what was tried. Where
    the local model is being started, its `state` is WARMING and it says when to ask again.
    """
    if attempts and all(attempt.outcome == "context_exceeded" for attempt in attempts):
        most = max(one.candidate.context_window for one in ranking.order)
        return _too_long(f"longer than the largest context window, {most} tokens")
    long = sorted({item.reason for item in ranking.refused if item.reason.startswith(TOO_LONG)})
    if long and not attempts:
        return _too_long("; ".join(long))
    lasting = all(refusal.reason.startswith(LASTING) for refusal in ranking.refused)
    fields = [*_unserved(ranking), *_too_dear(ranking)]
    if lasting and fields and not attempts:
        return InvalidInput("no model can take this", fields)
    return _unavailable(ranking, attempts, again)


def refuse_absent(
    model: str | None,
    candidates: Sequence[Candidate],
    absent: Sequence[Refusal],
    aliases: Mapping[str, str],
) -> None:
    """Raise UnknownModel for a model that was asked for by name and that this deployment lacks.

    What lacks only for now (keys that cannot be read) is not refused here: it may come back.
    """
    if model is None or any(model in candidate.names for candidate in candidates):
        return
    for refusal in absent:
        lasting = refusal.reason.startswith((NOT_CONFIGURED, RETIRED))
        if lasting and model in (refusal.model, aliases.get(refusal.model)):
            message = f"{model!r} cannot be asked here: {refusal.reason}"
            raise UnknownModel("no such model", [FieldError(field="model", message=message)])


def _unavailable(ranking: Ranking, attempts: Sequence[Attempt], again: Again) -> Unavailable:
    extra: dict[str, Any] = {
        "attempts": [attempt.model_dump(mode="json") for attempt in attempts],
        "refused": [refusal.model_dump(mode="json") for refusal in ranking.refused],
    }
    if any(attempt.outcome == WARMING for attempt in attempts):
        why = "the local model is being started, and nothing else answered; ask again later"
        return Unavailable(why, extra={"state": WARMING, **extra}, retry_after=again.warming)
    why = "every candidate failed" if attempts else "no model can be asked"
    told = f"{why}; see `attempts` and `refused`, and GET /health for what is served"
    return Unavailable(told, extra=extra, retry_after=again.down)


def _too_long(message: str) -> InvalidInput:
    return InvalidInput("no model can take this", [FieldError(field="text", message=message)])


def _too_dear(ranking: Ranking) -> list[FieldError]:
    """The task's limit, where it keeps a model from being asked."""
    dear = {item.reason for item in ranking.refused if item.reason.startswith(TOO_DEAR)}
    return [FieldError(field="max_cost_usd", message=reason) for reason in sorted(dear)]


def _unserved(ranking: Ranking) -> list[FieldError]:
    """By capability, the models that lack it."""
    lacking = {
        refusal.model: refusal.reason.removeprefix(LACKING).split(", ")
        for refusal in ranking.refused
        if refusal.reason.startswith(LACKING)
    }
    return [
        FieldError(
            field=capability,
            message="not served by " + ", ".join(m for m in lacking if capability in lacking[m]),
        )
        for capability in sorted({name for names in lacking.values() for name in names})
    ]
