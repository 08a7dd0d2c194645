"""A desk where a router among fakes answers, and its answers are kept in memory."""

from datetime import datetime
from typing import Any

from labverse.kernel.errors import Unavailable
from labverse.route.cached import CachedTask, Forgotten
from labverse.route.models import AnalyzeRequest
from tests.unit.route.fakes import FakeAnnouncer, World

HOUR = 3600


class MemoryAnswers:
    """Texts by key and name; nothing expires by itself, so that the reader's own rule is seen."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self.until: list[datetime] = []
        self.down: set[str] = set()
        self.asked: list[str] = []

    def recall(self, key_id: str, name: str, now: datetime) -> str | None:
        self._asked("recall")
        return self.texts.get((key_id, name))

    def keep(self, key_id: str, name: str, text: str, until: datetime) -> None:
        self._asked("keep")
        self.texts[key_id, name] = text
        self.until.append(until)

    def forget(self, key_id: str) -> Forgotten:
        gone = [place for place in self.texts if place[0] == key_id]
        for place in gone:
            del self.texts[place]
        return Forgotten(forgotten=len(gone), complete=True)

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if what in self.down:
            raise Unavailable("no answers today")


class Desk:
    """A router among fakes behind the use case, and what was announced."""

    def __init__(self, world: World | None = None, *, stored: bool = True) -> None:
        self.world, self.bus, self.answers = world or World(), FakeAnnouncer(), MemoryAnswers()
        self.stored = stored

    def task(self, config: str = "config 1") -> CachedTask:
        answers = self.answers if self.stored else None
        return CachedTask(self.world.router, self.bus, answers=answers, config=config)

    def ask(self, trace: str = "t", key_id: str = "mine", **more: Any) -> Any:
        request = AnalyzeRequest.model_validate({"text": "Capital?", "cache_seconds": HOUR, **more})
        return self.task()(request, trace, key_id)
