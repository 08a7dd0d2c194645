"""The pepper rotates, crashes, is replayed and overtaken; keys are made and revoked meanwhile.

Whatever happens in whatever order: a key that was handed out opens its door for every reader, one
that was revoked or forged opens it for no new reader, and no version of the secret comes back.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labverse.guard.models import Step
from labverse.kernel.errors import Conflict, NotFound, Refused, Unauthenticated
from labverse.platform.keys import CACHE_SECONDS, Keyring, mint
from tests.unit.guard.fakes import PEPPER, STEPS, World

STEP = st.sampled_from(STEPS)
PAUSES = st.lists(st.integers(0, 6), max_size=6)
"""How many steps of rotations happen before each of the next calls; five are a whole one."""


class Rotations(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.tokens = [self.world.rotate()]
        self.next = 0
        self.good: list[str] = [self.world.create()]
        self.revoked: list[str] = []
        self.forged: list[str] = []
        self.readers = [self.world.reader()]

    def advance(self, steps: int = 1) -> None:
        """Rotations one after the other, as Secrets Manager drives them."""
        for _ in range(steps):
            if self.next == 0:
                self.tokens.append(self.world.secrets.stage(PEPPER))
            else:
                self.attempt(self.tokens[-1], STEPS[self.next - 1])
            self.next = (self.next + 1) % (len(STEPS) + 1)

    def attempt(self, token: str, step: Step) -> None:
        """A step may be refused; it may not do harm."""
        with suppress(Refused, NotFound, Conflict):
            self.world.step(PEPPER, token, step)

    def during(self, pauses: list[int]) -> Any:
        return self.world.meanwhile(*(lambda n=n: self.advance(n) for n in pauses))

    @rule(steps=st.integers(1, 12))
    def rotations_go_on(self, steps: int) -> None:
        self.advance(steps)

    @rule(step=STEP)
    def a_step_is_repeated_or_comes_out_of_order(self, step: Step) -> None:
        self.attempt(self.tokens[-1], step)

    @rule(step=STEP, age=st.integers(0, 3))
    def a_step_comes_late(self, step: Step, age: int) -> None:
        self.attempt(self.tokens[-1 - age % len(self.tokens)], step)

    @rule(step=STEP, at=st.integers(1, 4), after=st.booleans())
    def a_step_crashes(self, step: Step, at: int, after: bool) -> None:
        self.world.crash(at, after=after, doing=lambda: self.attempt(self.tokens[-1], step))

    @rule()
    def a_rotation_is_abandoned_for_another(self) -> None:
        self.next = 0
        self.advance()

    @rule(pauses=PAUSES)
    def a_key_is_made(self, pauses: list[int]) -> None:
        with self.during(pauses):
            self.good.append(self.world.create())

    @rule(at=st.integers(1, 2), after=st.booleans())
    def making_a_key_crashes(self, at: int, after: bool) -> None:
        made: list[str] = []
        self.world.crash(at, after=after, doing=lambda: made.append(self.world.create()))
        self.good += made

    @precondition(lambda self: len(self.good) > 1)
    @rule(pauses=PAUSES)
    def a_key_is_revoked(self, pauses: list[int]) -> None:
        key = self.good.pop(0)
        with self.during(pauses):
            self.world.registry.revoke(key.split("_")[1], self.world.clock.now())
        self.revoked.append(key)

    @rule(step=STEP, revoke=st.booleans())
    def keys_are_made_and_revoked_during_a_step(self, step: Step, revoke: bool) -> None:
        def others() -> None:
            self.good.append(self.world.create())
            if revoke:
                key = self.good.pop(0)
                self.world.registry.revoke(key.split("_")[1], self.world.clock.now())
                self.revoked.append(key)

        with self.world.meanwhile(others, lambda: None, others):
            self.attempt(self.tokens[-1], step)

    @rule(how=st.sampled_from(["new", "scope", "alive again"]))
    def somebody_writes_into_the_table(self, how: str) -> None:
        """Somebody who may write it, and not read the pepper."""
        key, forged = mint("forged", frozenset({"route"}), self.world.clock.now())
        before = [self.world.table.get(key.split("_")[1]) for key in self.good + self.revoked]
        old = next((record for record in before if record and record.seal), None)
        if how == "alive again" and self.revoked:
            key = self.revoked.pop()
            record = self.world.table.get(key.split("_")[1])
            assert record is not None
            forged = record.model_copy(update={"revoked_at": None})
        elif how == "scope" and len(self.good) > 1:
            key = self.good.pop()
            record = self.world.table.get(key.split("_")[1])
            assert record is not None
            forged = record.model_copy(update={"scopes": frozenset({"admin"})})
            self.readers.clear()
        elif old is not None:
            forged = forged.model_copy(update={"seal": old.seal})
        self.world.table.texts[forged.key_id] = forged.model_dump_json()
        self.forged.append(key)

    @rule(seconds=st.sampled_from([1, CACHE_SECONDS, 301]))
    def time_goes_by(self, seconds: int) -> None:
        self.world.clock.seconds += seconds

    @rule()
    def a_function_starts(self) -> None:
        self.readers.append(self.world.reader())

    @precondition(lambda self: self.readers)
    @rule(pauses=PAUSES, which=st.integers(0, 5))
    def a_reader_is_asked_while_rotations_go_on(self, pauses: list[int], which: int) -> None:
        with self.during(pauses):
            self.asked(self.readers[which % len(self.readers)], self.good[which % len(self.good)])

    def asked(self, reader: Keyring, key: str) -> None:
        reader.authorize({"x-api-key": key}, "route")

    @invariant()
    def good_keys_open_their_door_for_every_reader(self) -> None:
        for reader in (*self.readers, self.world.reader()):
            for key in self.good:
                self.asked(reader, key)

    @invariant()
    def revoked_keys_open_nothing_for_a_new_reader(self) -> None:
        for key in self.revoked + self.forged:
            with pytest.raises(Unauthenticated):
                self.asked(self.world.reader(), key)

    @invariant()
    def what_we_wrote_is_ours(self) -> None:
        peppers = self.world.peppers()
        for key in self.good + self.revoked:
            record = self.world.table.get(key.split("_")[1])
            assert record is not None
            assert record.genuine(peppers)

    @invariant()
    def no_version_comes_back(self) -> None:
        history = self.world.secrets.secrets[PEPPER].history
        assert len(history) == len(set(history))


Rotations.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRotations = Rotations.TestCase
