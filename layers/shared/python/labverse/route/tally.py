"""What a month's tasks came to, by task class and model: the basis of recommendations.

Kept as counts, so that many processes add to one tally. Sums of squares and products make means and
their spread known without keeping a single task.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from labverse.route.counters import Counts

_MARK = "|"


@dataclass(frozen=True)
class Tally:
    """Counts of one task class and one model. Tokens are of answered tasks."""

    attempts: int = 0
    answered: int = 0
    in_time: int = 0
    """Answered within the task's SLA."""
    input: int = 0
    output: int = 0
    input_squares: int = 0
    output_squares: int = 0
    products: int = 0
    """The sum of input times output."""
    micro_usd: int = 0
    needed_basic: int = 0
    """Answered tasks by the lowest tier that was enough for them."""
    needed_standard: int = 0
    needed_strong: int = 0


Tallies = Mapping[tuple[str, str], Tally]
"""By task class and model."""


def item(period: str) -> str:
    """The name of a month's item."""
    return f"tally#{period}"


def as_counts(task_class: str, model: str, tally: Tally) -> dict[str, int]:
    """The counts that add `tally`; those that are zero are left out."""
    named = {field.name: getattr(tally, field.name) for field in fields(tally)}
    return {_MARK.join((task_class, model, name)): count for name, count in named.items() if count}


def tallies(counts: Counts) -> dict[tuple[str, str], Tally]:
    """What `as_counts` put into an item. Counts of other names are somebody else's."""
    known = {field.name for field in fields(Tally)}
    found: dict[tuple[str, str], dict[str, int]] = {}
    for name, count in counts.items():
        task_class, _, rest = name.partition(_MARK)
        model, _, field = rest.rpartition(_MARK)
        if field in known:
            found.setdefault((task_class, model), {})[field] = count
    return {key: Tally(**given) for key, given in found.items()}
