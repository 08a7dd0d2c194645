"""Answers that are kept and given again: to the same key, for exactly the same work, if it asks.

What counts as the same is everything that a model is told, and the config by which it was chosen.
Limits of money and time do not change what is asked; but a kept answer serves only a request that
allows no more of them than its own did, or a dear question could get a cheap answer.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from labverse.kernel.errors import FieldError, InvalidInput, Unavailable
from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.accounts import FREE
from labverse.route.choice import LOCAL
from labverse.route.models import NOBODY, Work
from labverse.route.ports import Routed
from labverse.route.service import AnswerTask
from labverse.route.unanswered import LASTING

SAID = frozenset({"chat", "task_class", "model", "temperature", "max_output_tokens"})
"""The members of work that make an answer what it is."""
_WHOLE = ("stop", "tool_calls")


class Forgotten(Model):
    """How many kept answers are gone; `complete` is false where there are more: ask again."""

    forgotten: int
    complete: bool


class Answers(Protocol):
    """Where answers are kept, by key. Every method raises Unavailable, the first two at once."""

    def recall(self, key_id: str, name: str, now: datetime) -> str | None:
        """What was kept under that name and has not expired."""
        ...

    def keep(self, key_id: str, name: str, text: str, until: datetime) -> None:
        """Keep a text; one that is too large is not kept."""
        ...

    def forget(self, key_id: str) -> Forgotten:
        """Every answer to that key goes, whatever it was kept for."""
        ...


class Kept(Model):
    """An answer, when it was given, and what its request allowed."""

    routed: Routed
    at: datetime
    max_latency_ms: int | None
    max_cost_usd: Usd | None

    def serves(self, work: Work, now: datetime) -> bool:
        """Whether it is young enough for `work`, and was allowed as much."""
        young = now - self.at <= timedelta(seconds=work.cache_seconds or 0)
        allowed = (self.max_latency_ms, work.max_latency_ms), (self.max_cost_usd, work.max_cost_usd)
        return young and all(
            had is None or (asked is not None and asked <= had) for had, asked in allowed
        )


@dataclass(frozen=True, kw_only=True)
class CachedTask(AnswerTask):
    """Answers tasks, and gives answers again. `answers` is None where none may be kept.

    `config` names the config that answers are given by: under another one none is found.
    """

    answers: Answers | None
    config: str

    def run(self, work: Work, trace_id: str) -> Routed:
        """As AnswerTask.run; a kept answer costs nothing and is announced to nobody.

        Raises InvalidInput for `cache_seconds` where no answer can be kept. A store that fails, or
        is slow, is done without.
        """
        if work.cache_seconds is None:
            return super().run(work, trace_id)
        answers = self._answers(work)
        started = self.router.clock.monotonic()
        name = named(work, self.config)
        try:
            text = answers.recall(work.key_id, name, self.router.clock.now())
        except Unavailable:
            return super().run(work, trace_id)
        kept = _read(text)
        if kept is not None and kept.serves(work, self.router.clock.now()):
            return self._again(kept, work, trace_id, started)
        routed = super().run(work, trace_id)
        if worth_keeping(routed, work):
            self._keep(answers, name, work, routed)
        return routed

    def forget(self, key_id: str) -> Forgotten:
        """Forget what was answered to a key. Raises Unavailable, and InvalidInput as `run`."""
        return self._stored("answers").forget(key_id)

    def _stored(self, field: str) -> Answers:
        if self.answers is None:
            why = "this deployment keeps no answers (store_answers in its config)"
            raise _refused(field, why)
        return self.answers

    def _answers(self, work: Work) -> Answers:
        if work.key_id == NOBODY:
            raise _refused("cache_seconds", "answers are kept by API key, and this came without")
        return self._stored("cache_seconds")

    def _again(self, kept: Kept, work: Work, trace_id: str, started: float) -> Routed:
        passed = round((self.router.clock.monotonic() - started) * 1000)
        sla = work.max_latency_ms or self.router.catalogue.config.max_latency_ms
        told = {
            "cost_usd": FREE,
            "latency_ms": passed,
            "sla_met": passed <= sla,
            "attempts": [],
            "refused": [],
            "budget": None,
            "trace_id": trace_id,
            "cached": True,
        }
        answer = kept.routed.answer.model_copy(update=told)
        return kept.routed.model_copy(update={"answer": answer})

    def _keep(self, answers: Answers, name: str, work: Work, routed: Routed) -> None:
        now = self.router.clock.now()
        kept = Kept(
            routed=routed,
            at=now,
            max_latency_ms=work.max_latency_ms,
            max_cost_usd=work.max_cost_usd,
        )
        until = now + timedelta(seconds=work.cache_seconds or 0)
        # An answer that cannot be kept is a good answer; the store has logged why.
        with suppress(Unavailable):
            answers.keep(work.key_id, name, kept.model_dump_json(), until)


def named(work: Work, config: str) -> str:
    """The name of an answer: equal exactly for equal work of one key under one config."""
    # Not with sorted members: a model writes JSON in the order of the schema that it is given.
    said = work.model_dump_json(include=set(SAID))
    return hashlib.sha256(f"{work.key_id}\n{config}\n{said}".encode()).hexdigest()


def worth_keeping(routed: Routed, work: Work) -> bool:
    """Whether it is whole, and as good as any: not a local model's that stood in for others."""
    answer = routed.answer
    hindered = len(answer.attempts) > 1 or any(
        not refusal.reason.startswith(LASTING) for refusal in answer.refused
    )
    stood_in = answer.provider == LOCAL and work.model is None and hindered
    return routed.reply.finish in _WHOLE and not stood_in


def _read(text: str | None) -> Kept | None:
    """None for what another version of this code kept in other words."""
    try:
        return None if text is None else Kept.model_validate_json(text)
    except ValidationError:
        return None


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput("the request cannot be used", [FieldError(field=field, message=message)])
