"""Whatever callers and crashes do: one write has one effect, and everybody gets its one answer."""

from collections import Counter
from typing import Any, Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import Conflict, Unavailable
from labverse.platform.idempotency import KEPT_SECONDS
from tests.unit.platform.test_idempotency import Office, write

How = Literal["well", "refused", "down", "lost", "killed before", "killed after"]


class Step(NamedTuple):
    """One request, `inside` those that come while it is at work, and the time that passes after."""

    key: str
    name: str
    body: str
    how: How
    inside: tuple["Step", ...] = ()
    seconds: float = 0


HOW = st.sampled_from(["well", "well", "refused", "down", "lost", "killed before", "killed after"])
WHO = {
    "key": st.sampled_from("kl"),
    "name": st.sampled_from("ab"),
    "body": st.sampled_from(["{}", "[]"]),
    "how": HOW,
    "seconds": st.sampled_from([0, 0, 0.4, 12, 31]),
}
QUICK = st.builds(Step, **{**WHO, "inside": st.just(()), "seconds": st.just(0)})
STEPS = st.lists(
    st.builds(Step, inside=st.lists(QUICK, max_size=3).map(tuple), **WHO),
    max_size=25,
)


class Life:
    """Everything that happened, by write: effects, effects that a crash hid, answers, requests."""

    def __init__(self) -> None:
        self.office = Office()
        self.effects: Counter[tuple[str, str]] = Counter()
        self.hidden: Counter[tuple[str, str]] = Counter()
        self.answers: dict[tuple[str, str], set[Any]] = {}
        self.kept: dict[tuple[str, str], str] = {}

    def step(self, step: Step) -> None:
        asked, which = write(step.body, step.key, step.name), (step.key, step.name)
        if step.how.startswith("killed"):
            owner = self.office.new_id()
            claimed = self.office.once().writes.begin(asked, owner, self.office.clock.now()) is None
            if claimed and step.how == "killed after":
                self.hidden[which] += 1
            return
        self.office.table.down = False
        try:
            answer = self.office.ask(asked, lambda: self.work(step))
        except Conflict as conflict:
            self.judge(step, conflict.extra["state"])
        except Unavailable:
            assert step.how == "down"
        else:
            self.answered(step, answer)
        finally:
            self.office.table.down = False

    def work(self, step: Step) -> Any:
        which = step.key, step.name
        for other in step.inside:
            before = self.effects[which]
            self.step(other)
            assert self.effects[which] == before, "two were at work on one write"
        if step.how == "down":
            raise Unavailable("no model")
        if step.how == "refused":
            return {"statusCode": 402, "headers": {}, "body": "{}"}
        self.effects[which] += 1
        answer = {**self.office.work(), "which": list(which)}
        if step.how == "lost":
            self.hidden[which] += 1
            self.office.table.down = True
        return answer

    def answered(self, step: Step, answer: dict[str, Any]) -> None:
        which = step.key, step.name
        if answer["statusCode"] != 200:
            return
        assert answer["which"] == list(which), "an answer to somebody else"
        if "idempotency-replayed" in answer["headers"]:
            assert (self.kept[which], answer["body"]) == (step.body, self.bodies(which))
        elif step.how == "well":
            self.kept[which] = step.body
            self.answers.setdefault(which, set()).add(answer["body"])

    def bodies(self, which: tuple[str, str]) -> str:
        (only,) = self.answers[which]
        return str(only)

    def judge(self, step: Step, state: str) -> None:
        which = step.key, step.name
        if which in self.kept:
            assert (state == "other_request") == (step.body != self.kept[which])


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_one_write_has_one_effect(steps: list[Step]) -> None:
    life = Life()
    for step in steps:
        life.step(step)
        life.office.clock.seconds += step.seconds
    assert life.office.clock.seconds < KEPT_SECONDS
    for which, effects in life.effects.items():
        assert effects <= 1 + life.hidden[which], which
    for which, answers in life.answers.items():
        assert len(answers) == 1, f"{which} was answered in {len(answers)} ways"
