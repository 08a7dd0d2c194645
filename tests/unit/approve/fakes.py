"""The world of approve in one process: people, workflows whose tokens work once, and a clock."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from labverse.adapters.dynamodb_approvals import DynamoApprovals
from labverse.approve.asking import Ask, Asker
from labverse.approve.cards import Fact
from labverse.approve.config import ApprovePolicy
from labverse.approve.delivering import Means
from labverse.approve.events import Event
from labverse.approve.models import Approval, Team, Verdict
from labverse.approve.ports import Fate, Standing
from labverse.approve.service import Approvals
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.approve.approvals_table import ApprovalsTable
from tests.unit.approve.asked import DIGEST, START, click
from tests.unit.approve.people import FakeJournal, FakeRooms

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:negotiate:deal-1"
TEAMS = (
    Team(id="T1", users=frozenset({"U0", "U1", "U2"})),
    Team(id="T2", users=frozenset({"U1"})),
)
POLICY = ApprovePolicy.model_validate(
    {
        "rules": {
            "deal": {
                "quorum": 1,
                "minutes": 60,
                "room": "approvals",
                "escalations": [{"after_seconds": 1800, "room": "leads"}],
            },
            "two": {"quorum": 2, "minutes": 60, "room": "approvals"},
        }
    }
)


class Death(BaseException):
    """The process is killed here: nothing catches this."""


@dataclass
class Hands:
    """A clock that stands still until told."""

    seconds: float = 0.0

    def now(self) -> Any:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class FakeSeal:
    """Visible, and bound to its approval all the same."""

    spoilt: bool = False

    def sealed(self, token: str, approval_id: str) -> bytes:
        return f"sealed:{approval_id}:{token}".encode()

    def opened(self, token: bytes, approval_id: str) -> str:
        prefix = f"sealed:{approval_id}:".encode()
        if self.spoilt or not token.startswith(prefix):
            raise Refused("not sealed for this")
        return token.removeprefix(prefix).decode()


@dataclass
class FakeWorkflows:
    """`taken` is what each token was answered with: once. `dead` tokens take nothing."""

    taken: dict[str, Verdict] = field(default_factory=dict)
    calls: int = 0
    standings: dict[str, Standing] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    down: bool = False
    dies: str = ""
    """`before` or `after` an answer is taken, the process that sends it is killed, once."""

    def answer(self, token: str, verdict: Verdict) -> Fate:
        if self.down:
            raise Unavailable("no workflow can be told")
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Death
        self.calls += 1
        if token in self.dead or token in self.taken:
            return Fate.UNWANTED
        self.taken[token] = verdict
        if dies == "after":
            raise Death
        return Fate.TAKEN

    def standing(self, execution: str) -> Standing:
        if self.down:
            raise Unavailable("no workflow can be looked at")
        return self.standings.get(execution, Standing.RUNNING)


@dataclass
class World:
    """Everything around the use cases. `approvals` is one process of any number."""

    table: ApprovalsTable = field(default_factory=ApprovalsTable)
    seal: FakeSeal = field(default_factory=FakeSeal)
    workflows: FakeWorkflows = field(default_factory=FakeWorkflows)
    rooms: FakeRooms = field(default_factory=FakeRooms)
    journal: FakeJournal = field(default_factory=FakeJournal)
    events: list[Event] = field(default_factory=list)
    clock: Hands = field(default_factory=Hands)
    teams: tuple[Team, ...] = TEAMS

    def announce(self, event: Event) -> None:
        self.events.append(event)

    @property
    def store(self) -> DynamoApprovals:
        client: Any = self.table
        return DynamoApprovals("approvals", client)

    @property
    def approvals(self) -> Approvals:
        means = Means(
            store=self.store,
            seal=self.seal,
            workflows=self.workflows,
            rooms=self.rooms,
            announcer=self,
            journal=self.journal,
            clock=self.clock,
        )
        return Approvals(means, POLICY, self.teams)

    def ask(self, token: str = "token", execution: str = EXECUTION, **changes: Any) -> Approval:
        return self.approvals.ask(ask(**changes), Asker(token=token, execution=execution))

    def answer(self, *args: Any, **changes: Any) -> Any:
        return self.approvals.answer(click(*args, **changes))

    def at(self, minutes: float) -> None:
        self.clock.seconds = 60 * minutes

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def ask(**changes: Any) -> Ask:
    given: dict[str, Any] = {
        "id": "deal-1",
        "rule": "deal",
        "title": "A deal",
        "facts": (Fact(label="Price", value="7.50 USD"),),
        "terms_digest": DIGEST,
        "requester": "T1/U0",
    }
    return Ask(**{**given, **changes})
