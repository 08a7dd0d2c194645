"""Negotiations in memory: the real use cases, and a test that plays workflow and person."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from labverse.kernel.errors import Conflict, Unavailable
from labverse.negotiate.a2a.agent import Agent, Caller
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.events import Event
from labverse.negotiate.models import ApprovalNote, Deal, Negotiation, ObjectRef, PositionNote
from labverse.negotiate.ports import Change, Running, Stored, Written
from labverse.negotiate.service import Means, Negotiations
from labverse.negotiate.states import State
from tests.unit.platform.fakes import FakeClock

POLICY = NegotiatePolicy.model_validate_json(
    Path(__file__).parents[4].joinpath("config/policy/negotiate.json").read_text(encoding="utf-8")
)
GOAL = "Cross-platform content syndication"
REQUEST: dict[str, Any] = {"goal": GOAL, "platforms": ["tiktok", "spotify"]}
DEAL = Deal(
    terms={"model": "cpa", "price": "33.5", "impressions": 8_000_000},
    digest="a" * 64,
    currency="USD",
    month="2026-11",
    committed=Decimal("57000.25"),
    words="CPA of 33.50 USD for 8,000,000 impressions",
)
CERTIFICATE = {"lower_bound": 0.31, "gap": 0.0}
ME = Caller("key:mine")
OTHER = Caller("key:theirs")


def position(agent: str) -> PositionNote:
    """What one side brought."""
    return PositionNote(
        agent=agent,
        role="party",
        currency="USD",
        unit="major",
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        rationale=f"{agent} wants reach",
        reserve=1.5,
    )


class Desk:
    """Every port of the use cases. What happens elsewhere, the test says with `settle`."""

    def __init__(self) -> None:
        self.items: dict[str, Stored] = {}
        self.objects: dict[str, bytes] = {}
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.events: list[Event] = []
        self.clock = FakeClock()
        self.pauses: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens while somebody waits."""
        self.down = False
        means = Means(self, self, self, self, self.clock, self._pause)
        self.negotiations = Negotiations(means, POLICY)
        self.policy = POLICY
        self.agent = Agent(self.negotiations)

    def settle(self, negotiation_id: str, state: State, **members: Any) -> Negotiation:
        """What the workflow, or a person, has made of it a second later."""
        self.clock.seconds += 1
        stored = self.items[negotiation_id]
        update = {"state": state, "updated_at": self.clock.now(), **members}
        record = stored.record.model_copy(update=update)
        self.items[negotiation_id] = Stored(record, stored.version + 1)
        return record

    def ask(self, negotiation_id: str) -> Negotiation:
        """A deal is found, and a person asked about it."""
        approval = ApprovalNote(id=f"{negotiation_id}-1", state="requested")
        sides = (position("tiktok"), position("spotify"))
        found = {"deal": DEAL, "certificate": CERTIFICATE, "approval": approval}
        return self.settle(negotiation_id, State.WAITING, positions=sides, **found)

    def get(self, negotiation_id: str | ObjectRef) -> Any:
        """Of the table by id, of the bucket by reference."""
        if self.down:
            raise Unavailable("the table cannot be read")
        if isinstance(negotiation_id, ObjectRef):
            return self.objects[negotiation_id.key]
        return self.items.get(negotiation_id)

    def create(self, record: Negotiation) -> bool:
        new = record.id not in self.items
        self.items.setdefault(record.id, Stored(record, 0))
        return new

    def change(self, change: Change) -> Written:
        if self.items[change.record.id].version != change.seen:
            raise Conflict("somebody was quicker")
        self.items[change.record.id] = Stored(change.record, change.seen + 1)
        return Written.DONE

    def list_open(self) -> Sequence[Negotiation]:
        if self.down:
            raise Unavailable("the table cannot be read")
        return [one.record for one in self.items.values() if one.record.state.open]

    def put(self, key: str, content: bytes) -> ObjectRef:
        self.objects[key] = content
        return ObjectRef(key=key, sha256="0" * 64)

    def start(self, negotiation_id: str, agents: Sequence[str], phrase: bool) -> None:
        if negotiation_id not in self.started:
            self.started.append(negotiation_id)

    def stop(self, negotiation_id: str) -> None:
        self.stopped.append(negotiation_id)

    def look(self, negotiation_id: str) -> Running:
        return Running.RUNNING if negotiation_id in self.started else Running.ABSENT

    def announce(self, event: Event) -> None:
        self.events.append(event)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.seconds += seconds
        self.meanwhile()
