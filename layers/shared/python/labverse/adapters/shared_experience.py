"""What all processes of a stage learnt, kept in step now and then, off the hot path."""

from labverse.adapters.refreshed import Refreshed
from labverse.kernel.clock import Clock
from labverse.route.choice import Candidate
from labverse.route.counters import Counters
from labverse.route.experience import Experience
from labverse.route.latency import Known, Latency
from labverse.route.models import TaskClass

# Each process writes a few kB so often while it has work: seldom, beside its tasks.
_SECONDS = 10.0


class SharedExperience(Experience):
    """`Experience` over `counters`. The first to ask waits `patience` seconds at most; what is not
    known by then is taken for unknown.
    """

    def __init__(self, counters: Counters, clock: Clock, *, patience: float = 0.0) -> None:
        super().__init__(clock.now)
        self._synced = Refreshed(
            lambda: self.sync(counters), None, clock, seconds=_SECONDS, patience=patience
        )

    def of(self, candidate: Candidate, task_class: TaskClass, most_output: int) -> Known:
        """As `Experience.of`; whoever asks keeps it in step."""
        self._synced.value()
        return super().of(candidate, task_class, most_output)

    def overall(self, model: str) -> Latency:
        """As `Experience.overall`."""
        self._synced.value()
        return super().overall(model)
