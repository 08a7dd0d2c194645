"""Why a request was not answered: the caller's mistake, or ours to mend later."""

from collections.abc import Sequence

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.route.choice import (
    LACKING,
    NOT_CONFIGURED,
    OTHER_MODEL,
    RETIRED,
    TOO_DEAR,
    TOO_LONG,
    Ranking,
)
from labverse.route.models import Attempt

# Reasons that hold however often the same request comes; any other may have gone by then.
_LASTING = (LACKING, NOT_CONFIGURED, OTHER_MODEL, RETIRED, TOO_DEAR)


def unanswerable(ranking: Ranking, attempts: Sequence[Attempt]) -> LabverseError:
    """InvalidInput where no candidate could ever take the request, else Unavailable.

    Unavailable carries the attempts and the refusals, so that the caller sees what was tried.
    """
    if attempts and all(attempt.outcome == "context_exceeded" for attempt in attempts):
        most = max(candidate.context_window for candidate in ranking.order)
        return _too_long(f"longer than the largest context window, {most} tokens")
    long = sorted({item.reason for item in ranking.refused if item.reason.startswith(TOO_LONG)})
    if long and not attempts:
        return _too_long("; ".join(long))
    unserved = [] if attempts else _unserved(ranking)
    if unserved:
        return InvalidInput("no model can take this", unserved)
    why = "every candidate failed" if attempts else "no model can be asked"
    return Unavailable(
        f"{why}; see `attempts` and `refused`, and GET /health for what is served",
        extra={
            "attempts": [attempt.model_dump(mode="json") for attempt in attempts],
            "refused": [refusal.model_dump(mode="json") for refusal in ranking.refused],
        },
    )


def _too_long(message: str) -> InvalidInput:
    return InvalidInput("no model can take this", [FieldError(field="text", message=message)])


def _unserved(ranking: Ranking) -> list[FieldError]:
    """By capability, the models that lack it; empty where there is another, passing reason."""
    if not all(refusal.reason.startswith(_LASTING) for refusal in ranking.refused):
        return []
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
