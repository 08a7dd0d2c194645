"""Where a negotiation is, and why."""

from enum import StrEnum


class Mode(StrEnum):
    """Who started it: somebody who asks, or the schedule."""

    SINGLE = "single"
    AUTONOMOUS = "autonomous"


class State(StrEnum):
    """Where a negotiation is. Only the first two may change again."""

    WORKING = "working"
    WAITING = "waiting"
    """A person decides."""
    AGREED = "agreed"
    REFUSED = "refused"
    NO_AGREEMENT = "no_agreement"
    NO_EQUILIBRIUM = "no_equilibrium"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it."""
        return self in (State.WORKING, State.WAITING)


class Reason(StrEnum):
    """Why it ended without a deal, beside the solver's own codes and an approval's."""

    STALE = "stale"
    """What it was solved with is too old, or prices have moved too far."""
    OVER_BUDGET = "over_budget"
    ALREADY_AGREED = "already_agreed"
    """The same terms are agreed for this month, or somebody is asked about them."""
    INTERRUPTED = "interrupted"
    """What worked on it has ended without a result."""
    CANCELED = "canceled"
