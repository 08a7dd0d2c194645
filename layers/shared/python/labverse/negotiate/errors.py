"""Requests that nobody can negotiate, told at once and never stored."""

from collections.abc import Sequence

from labverse.kernel.errors import FieldError, InvalidInput

MOST_TOLD = 200


class Unusable(InvalidInput):
    """Bad data, with every bad field: what the solver calls `invalid`."""

    def __init__(self, fields: Sequence[FieldError]) -> None:
        """The first MOST_TOLD fields are listed, and how many more there are."""
        more = len(fields) - MOST_TOLD
        told = [*fields[:MOST_TOLD]]
        if more > 0:
            told.append(FieldError(field="", message=f"and {more} more"))
        super().__init__("this cannot be negotiated", told)
        self.extra["outcome"] = "invalid"


class TooManyOutcomes(InvalidInput):
    """More outcomes than are enumerated, and utilities that do not add up over issues."""

    code = "too_large"

    def __init__(self, outcomes: int, most: int) -> None:
        """Told from the sizes alone."""
        message = f"{outcomes} outcomes; beyond {most}, utilities must be tables, issue by issue"
        super().__init__("too many outcomes", [FieldError(field="issues", message=message)])
        self.extra |= {"outcome": "too_large", "outcomes": outcomes, "most": most}
