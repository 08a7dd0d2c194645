"""Two clocks: the SLA splits the time between candidates, the hard deadline ends the request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clocks:
    """What is left of both, in seconds. `sla` may be negative, once it is missed."""

    sla: float
    hard: float

    def share(self, remaining: int, hopeful: int, least: float) -> float:
        """Seconds for the next attempt.

        `remaining` candidates have not been tried, the next one included; `hopeful` of them could
        still meet the SLA if it fails. While another one could, each gets an equal share of the
        SLA, of at least `least` seconds. After that nobody is cut off for the SLA's sake: what is
        left until the hard deadline is shared, and the last candidate has all of it.
        """
        fit = int(self.sla / least) if self.sla > 0 else 0
        tries = min(hopeful, fit)
        if tries > 1:
            return min(self.sla / tries, self.hard)
        return self.hard / max(remaining, 1)
