"""Provider keys rotate at the vendor, crash, are replayed; people set keys in the middle of it.

Read off the versions that were ever current: each changes only what its author meant to change, so
nobody's key is lost; and the key that the product uses, and the one it used before, work.
"""

import itertools
import json
from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labverse.guard.amend import amend
from labverse.guard.bundle import Bundle
from labverse.guard.models import Step
from labverse.guard.providers import KeyAges
from labverse.kernel.errors import Conflict, NotFound, Refused, Unavailable
from tests.unit.guard.fakes import PROVIDERS, STEPS, World

STEP = st.sampled_from(STEPS)
NAMES = ("openai", "moonshot", "anthropic")


class ProviderKeys(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.tokens = [self.world.secrets.stage(PROVIDERS)]
        self.set_by_people: dict[str, str] = {}
        self.numbers = itertools.count()
        self.completed: set[str] = set()

    def attempt(self, token: str, step: Step) -> None:
        with suppress(Refused, NotFound, Conflict, Unavailable):
            self.world.step(PROVIDERS, token, step)

    def set_key(self, name: str) -> None:
        key, now = f"key-by-hand-{next(self.numbers)}", self.world.clock.now()
        # Named before it is there: a crash may leave it set although nobody was told.
        self.set_by_people[key] = name
        change = lambda text: Bundle.parse(text).with_key(name, key, now).text()  # noqa: E731
        amend(self.world.vault, PROVIDERS, change)
        self.completed.add(key)

    @rule()
    def a_rotation_begins(self) -> None:
        self.tokens.append(self.world.secrets.stage(PROVIDERS))

    @rule()
    def a_whole_rotation(self) -> None:
        self.a_rotation_begins()
        for step in STEPS:
            self.attempt(self.tokens[-1], step)

    @rule(step=STEP, age=st.integers(0, 3))
    def a_step(self, step: Step, age: int) -> None:
        self.attempt(self.tokens[-1 - age % len(self.tokens)], step)

    @rule(step=STEP, at=st.integers(1, 4), after=st.booleans())
    def a_step_crashes(self, step: Step, at: int, after: bool) -> None:
        self.world.crash(at, after=after, doing=lambda: self.attempt(self.tokens[-1], step))

    @rule(name=st.sampled_from(NAMES))
    def somebody_sets_a_key(self, name: str) -> None:
        self.set_key(name)

    @rule(name=st.sampled_from(NAMES), at=st.integers(1, 3), after=st.booleans())
    def setting_a_key_crashes(self, name: str, at: int, after: bool) -> None:
        self.world.crash(at, after=after, doing=lambda: self.set_key(name))

    @rule(step=STEP, name=st.sampled_from(NAMES), pause=st.integers(0, 6))
    def somebody_sets_a_key_during_a_step(self, step: Step, name: str, pause: int) -> None:
        waits = [lambda: None] * pause
        with self.world.meanwhile(*waits, lambda: self.set_key(name)):
            self.attempt(self.tokens[-1], step)

    @rule(name=st.sampled_from(NAMES), pause=st.integers(0, 3))
    def a_rotation_happens_while_somebody_sets_a_key(self, name: str, pause: int) -> None:
        waits = [lambda: None] * pause
        with self.world.meanwhile(*waits, self.a_whole_rotation):
            self.set_key(name)

    @rule()
    def the_daily_look(self) -> None:
        KeyAges(self.world.vault, PROVIDERS, self.world.clock)()

    @rule(down=st.booleans())
    def the_vendor_goes_and_comes(self, down: bool) -> None:
        self.world.vendor.down = down

    def versions(self) -> list[dict[str, Any]]:
        secret = self.world.secrets.secrets[PROVIDERS]
        return [json.loads(secret.values[version]) for version in secret.history]

    @invariant()
    def each_version_changes_only_what_it_is_about(self) -> None:
        for before, after in itertools.pairwise(self.versions()):
            old, new = Bundle(members=before).keys, Bundle(members=after).keys
            changed = {name for name in old | new if old.get(name) != new.get(name)}
            authors = {self.set_by_people.get(new[name], "openai") for name in changed}
            assert len(changed) <= 1
            assert changed == authors
            assert old.keys() <= new.keys()

    @invariant()
    def nothing_that_was_set_is_missing(self) -> None:
        ever = {key for held in self.versions() for key in Bundle(members=held).keys.values()}
        assert self.completed <= ever

    @invariant()
    def no_version_comes_back(self) -> None:
        history = self.world.secrets.secrets[PROVIDERS].history
        assert len(history) == len(set(history))

    @invariant()
    def the_key_in_use_and_the_one_before_it_work(self) -> None:
        *_, before, now = [{}, *self.versions()]
        known = {key for _, key in self.world.vendor.keys.values()}
        for held in (now, before if self.untouched() else {}):
            key = held.get("openai")
            assert key is None or key in self.set_by_people or key in known

    def untouched(self) -> bool:
        """Whether no later rotation came so far as to delete the account before the current."""
        current, _ = self.world.current(PROVIDERS)
        return self.tokens[-1] == current


ProviderKeys.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestProviderKeys = ProviderKeys.TestCase
