"""The words of a choice: what is asked for, how candidates are, and the order they are tried in."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import Protocol

from labverse.route.chat import Capability
from labverse.route.choice import Candidate, Size
from labverse.route.config import ChoicePolicy
from labverse.route.health import Breaker
from labverse.route.latency import NOTHING, Known
from labverse.route.models import Refusal, Tier, Work

# Fewer calls than this tell nothing of how long the next one may take.
_MEASURED_CALLS = 3


class Group(IntEnum):
    """How good a candidate is for a task; lower goes first."""

    GOOD = 0
    WEAK = 1
    """In time, and of a tier below the one that the prompt needs."""
    SLOW = 2
    LAST = 3
    """The local model: free, and for when nothing else answers."""


class Rng(Protocol):
    """As random.Random."""

    def random(self) -> float:
        """In [0, 1)."""
        ...


@dataclass(frozen=True)
class CandidateState:
    """A candidate as it is at the moment; `breaker` None: it may be asked."""

    candidate: Candidate
    breaker: Breaker | None = None
    known: Known = NOTHING


@dataclass(frozen=True)
class BudgetView:
    """What money there is: the task's limit in US dollars."""

    task_usd: Decimal


@dataclass(frozen=True)
class Request:
    """A piece of work and what was told from it. `seconds`: its SLA; `output`: tokens at most."""

    work: Work
    size: Size
    complexity: float
    seconds: float
    output: int
    policy: ChoicePolicy

    @cached_property
    def needs(self) -> frozenset[Capability]:
        """The capabilities without which a model cannot serve it."""
        return self.work.chat.needs

    @cached_property
    def tier(self) -> Tier:
        """The lowest tier that is enough. Whoever names a model has chosen a tier as well."""
        if self.work.model is not None or self.complexity < self.policy.standard_from:
            return "basic"
        return "standard" if self.complexity < self.policy.strong_from else "strong"


@dataclass(frozen=True)
class Ranked:
    """A candidate in its turn. `expected_usd`: what a usual answer of it costs."""

    candidate: Candidate
    why: str
    group: Group = Group.GOOD
    expected_usd: Decimal = Decimal(0)
    known: Known = NOTHING
    trial: bool = False
    """Its provider was down: whoever is admitted asks it once."""

    @property
    def measured(self) -> bool:
        """Whether its time can be told."""
        return self.known.latency.calls >= _MEASURED_CALLS and not self.trial


@dataclass(frozen=True)
class Ranking:
    """The order in which candidates are tried, and why the others are not."""

    order: tuple[Ranked, ...]
    refused: tuple[Refusal, ...]
    until: datetime | None = None
    """When the first of the providers that are down may be asked again."""
