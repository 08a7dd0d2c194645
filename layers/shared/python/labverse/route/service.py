"""The use case of every entry: answer, then tell the bus."""

from dataclasses import dataclass
from datetime import datetime

from labverse.kernel.errors import Unavailable
from labverse.route import tally
from labverse.route.choose import choose as choose
from labverse.route.counters import Counters
from labverse.route.events import FallbackRequested, TaskRouted
from labverse.route.ledger import seconds
from labverse.route.limits import period_of
from labverse.route.models import NOBODY, AnalyzeRequest, Answer, ServedModel, Work
from labverse.route.ports import Announcer, Routed
from labverse.route.recommendations import Recommendation, recommend
from labverse.route.router import Router
from labverse.route.spend import Spend, report
from labverse.route.standings import ProviderStanding, standings
from labverse.route.unanswered import WARMING

_ANNOUNCED = TaskRouted.model_fields.keys() & Answer.model_fields.keys()


@dataclass(frozen=True)
class AnswerTask:
    """A router whose answers are announced; so is a wish for the local model while it is down.

    `counters`: where the tallies of its tasks are; None, where nobody keeps them.
    """

    router: Router
    announcer: Announcer
    counters: Counters | None = None

    def __call__(self, request: AnalyzeRequest, trace_id: str, key_id: str = NOBODY) -> Answer:
        """As `run`, for a single prompt."""
        return self.run(request.as_work(key_id), trace_id).answer

    def run(self, work: Work, trace_id: str) -> Routed:
        """As Router.run; the answer stands even when nobody could be told of it."""
        try:
            routed = self.router.run(work, trace_id)
        except Unavailable as error:
            if error.extra.get("state") == WARMING:
                self._request_fallback(trace_id, error)
            raise
        self.announcer.announce(
            TaskRouted(
                event_id=self.router.new_id(),
                occurred_at=self.router.clock.now(),
                task_class=work.task_class,
                **routed.answer.model_dump(include=_ANNOUNCED),
            )
        )
        return routed

    def _request_fallback(self, trace_id: str, error: Unavailable) -> None:
        asked = (item["model"] for item in error.extra["attempts"] if item["outcome"] == WARMING)
        self.announcer.announce(
            FallbackRequested(
                event_id=self.router.new_id(),
                occurred_at=self.router.clock.now(),
                trace_id=trace_id,
                model=next(asked),
            )
        )

    def models(self) -> list[ServedModel]:
        """The models that a request may name today."""
        now: datetime = self.router.clock.now()
        return self.router.models(now)

    def standings(self) -> list[ProviderStanding]:
        """Every model that routing names, as it is at the moment."""
        return standings(self.router)

    def spend(self, period: str | None) -> Spend:
        """A month of the ledger; this one, where none is named. Raises Unavailable."""
        ledger, now = self.router.purse.ledger, self.router.clock.now()
        month = period or period_of(now)
        told = report(ledger.limits, month, ledger.pages(month), seconds(now))
        return told.model_copy(update={"recommendations": self._recommended(month, now)})

    def _recommended(self, month: str, now: datetime) -> tuple[Recommendation, ...] | None:
        """None where the tallies cannot be read: what was spent is told all the same."""
        if self.counters is None:
            return ()
        try:
            (counts,) = self.counters.read([tally.item(month)])
        except Unavailable:
            return None
        models = self.router.catalogue.config.models
        return tuple(recommend(tally.tallies(counts), models, now.date()))
