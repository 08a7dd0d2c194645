"""Why a request was not answered: the caller's mistake, or ours to mend later."""

from collections.abc import Sequence

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.route.choice import TOO_LONG, Ranking
from labverse.route.models import Attempt


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
