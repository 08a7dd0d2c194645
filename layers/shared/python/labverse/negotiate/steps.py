"""What the states of the workflow are given; what else a workflow carries is its own."""

from pydantic import ConfigDict

from labverse.kernel.model import Model
from labverse.negotiate.asking import Verdict
from labverse.negotiate.gathering import PositionRef
from labverse.negotiate.models import ObjectRef


class Step(Model):
    """One state's input."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    negotiation_id: str


class Gather(Step):
    """The position of one agent."""

    agent: str


class Solve(Step):
    """All positions, each with the words of a model where one was asked."""

    positions: tuple[PositionRef, ...]


class Record(Step):
    """A proposal, or why there never will be one."""

    proposal: ObjectRef | None = None
    failed: str | None = None
    """The name of the error that broke the workflow, with its cause."""
    cause: str | None = None


class Apply(Step):
    """What a person decided."""

    verdict: Verdict
