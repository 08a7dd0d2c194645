"""`config/policy/approve.json`: how long people are asked, where, and how many have to agree."""

from typing import Self

from pydantic import Field, model_validator

from labverse.approve.models import Escalation
from labverse.kernel.model import Model

Room = str


class Rule(Model):
    """How one kind of question is asked."""

    quorum: int = Field(ge=1, description="So many different people have to approve.")
    minutes: int = Field(
        gt=0, le=7 * 24 * 60, description="Silence counts as a veto after that many minutes."
    )
    room: Room = Field(min_length=1, max_length=80, description="Where it is asked.")
    escalations: tuple[Escalation, ...] = Field(
        default=(), description="Who is asked as well while nobody has decided."
    )

    @model_validator(mode="after")
    def _each_is_told_once_and_in_time(self) -> Self:
        rooms = [self.room, *(step.room for step in self.escalations)]
        if len(set(rooms)) < len(rooms):
            raise ValueError(f"a room is told twice: {rooms}")
        late = [s.room for s in self.escalations if s.after_seconds >= 60 * self.minutes]
        if late:
            raise ValueError(f"{late} would be told when the time is over")
        return self


class ApprovePolicy(Model):
    """Numbers of `approve` that people tune."""

    rules: dict[str, Rule] = Field(
        min_length=1, description="By kind of question: what asks names one of them."
    )
