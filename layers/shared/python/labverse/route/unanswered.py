"""Why a request was not answered: the caller's mistake, or ours to mend later."""

from collections.abc import Sequence

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.route.choice import LACKING, TOO_LONG, Ranking
from labverse.route.models import Attempt


def unanswerable(ranking: Ranking, attempts: Sequence[Attempt], *, named: bool) -> LabverseError:
    """InvalidInput where no candidate could ever take the request, else Unavailable.

    Unavailable carries the attempts and the refusals, so that the caller sees what was tried.
    """
    if attempts and all(attempt.outcome == "context_exceeded" for attempt in attempts):
        most = max(candidate.context_window for candidate in ranking.order)
        return _too_long(f"longer than the largest context window, {most} tokens")
    long = sorted({item.reason for item in ranking.refused if item.reason.startswith(TOO_LONG)})
    if long and not attempts:
        return _too_long("; ".join(long))
    unserved = [] if attempts else _unserved(ranking, named=named)
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


def _unserved(ranking: Ranking, *, named: bool) -> list[FieldError]:
    """By capability, the models that lack it; empty where there could be one that does not.

    Another reason, a missing key say, can go away; where a model was named, only its own counts.
    """
    lacking = {
        refusal.model: refusal.reason.removeprefix(LACKING).split(", ")
        for refusal in ranking.refused
        if refusal.reason.startswith(LACKING)
    }
    if not named and len(lacking) < len(ranking.refused):
        return []
    return [
        FieldError(
            field=capability,
            message="not served by " + ", ".join(m for m in lacking if capability in lacking[m]),
        )
        for capability in sorted({name for names in lacking.values() for name in names})
    ]
