"""Any order of clicks, timeouts and crashes: one decision, one token, an answer to every click."""

from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.approve.deciding import Outcome, Shown, clicked, timed_out, verdict
from labverse.approve.models import Answer, Approval, Click, Verdict
from tests.unit.approve.asked import after, approval, click

DECISIVE = {Shown.APPROVED, Shown.VETOED}


@dataclass
class Store:
    """A row with a conditional write, and a workflow whose token works once."""

    row: Approval
    finals: list[Approval] = field(default_factory=list)
    sent: list[Verdict] = field(default_factory=list)
    used: Verdict | None = None

    def write(self, change: Approval, seen: int) -> bool:
        if self.row.version != seen:
            return False
        self.row = change
        if not change.open:
            self.finals.append(change)
        return True

    def send(self, told: Verdict) -> None:
        self.sent.append(told)
        self.used = self.used or told


@dataclass
class Actor:
    """A click or (None) the clock, stopped between its steps as the test likes."""

    given: Click | None
    seen: Approval | None = None
    shown: Shown | None = None
    won: Verdict | None = None
    dead: bool = False

    def step(self, store: Store, now: datetime) -> None:
        """Read, then write and read again where another was first, then send as the winner."""
        if self.dead or (self.shown and not self.won):
            return
        if self.won:
            store.send(self.won)
            self.won = None
        elif self.seen is None:
            self.seen = store.row
        else:
            self._decide(self.seen, store, now)

    def _decide(self, seen: Approval, store: Store, now: datetime) -> None:
        if self.given:
            outcome = clicked(seen, self.given, now)
        else:
            outcome = Outcome(Shown.EXPIRED, timed_out(seen, now))
        if outcome.change and not store.write(outcome.change, seen.version):
            self.seen = None
            return
        self.shown = outcome.shown
        self.won = verdict(outcome.change) if outcome.change else None


CLICKS = st.builds(
    click,
    st.sampled_from(Answer),
    team=st.sampled_from(["T1", "T2", "T9"]),
    user=st.sampled_from(["U0", "U1", "U2", "U9"]),
    terms_digest=st.sampled_from(["ab" * 32, "ab" * 32, "cd" * 32]),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(CLICKS | st.none(), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.booleans(), st.integers(0, 3)), max_size=60),
    st.integers(1, 3),
)
def test_exactly_one_decision_and_one_token(
    given_: list[Click | None], schedule: list[tuple[int, bool, int]], quorum: int
) -> None:
    store, minutes = Store(approval(quorum=quorum)), 0.0
    actors = [Actor(each) for each in given_]
    for place, dies, passed in schedule:
        minutes += passed
        actor = actors[place % len(actors)]
        actor.dead = actor.dead or (dies and place == 0)
        actor.step(store, after(minutes))
    _finish(store, actors, minutes)
    assert len(store.finals) == 1
    assert all(actor.shown for actor in actors if not actor.dead)
    assert sum(actor.shown in DECISIVE for actor in actors) <= 1
    told = verdict(store.row)
    assert told is not None
    # The sweeper may send what the winner sent: never anything else, and it takes effect once.
    assert set(store.sent) == {told}
    assert store.used == told
    # Without a crash nobody but the winner ever sends.
    assert len(store.sent) == 1 or any(actor.dead for actor in actors)
    if told.approved:
        voters = {vote.user for vote in store.row.votes}
        assert len(voters) == len(store.row.votes) == quorum
        assert voters <= store.row.approvers


def _finish(store: Store, actors: list[Actor], minutes: float) -> None:
    """Everyone alive ends; the sweeper expires what is open and sends what the dead did not."""
    # Each retry follows a write of somebody else's, of which there are no more than actors.
    for _ in range(3 * len(actors) + 3):
        for actor in actors:
            actor.step(store, after(minutes))
    sweeper = Actor(None)
    for _ in range(3):
        sweeper.step(store, after(999))
    if not store.sent and (told := verdict(store.row)):
        store.send(told)
