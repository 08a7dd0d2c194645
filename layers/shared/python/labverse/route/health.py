"""Whether a provider can be asked at the moment: a breaker each, shared by everybody who asks.

`open`: nobody asks it until a moment. `half_open`: that moment has come, and whoever is admitted
asks it once, on behalf of all. `closed`: it is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure, Reply

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True)
class Breaker:
    """One provider's. `why` and `until`: of the failure that opened it.

    `ordered`: the provider asked to be left alone, or does not serve this account; otherwise it is
    our guess that it is down.
    """

    provider: str
    state: State = "closed"
    why: Outcome | None = None
    until: datetime | None = None
    ordered: bool = False


class Health(Protocol):
    """What is known of providers. No method raises, and `look` does not wait once it has looked."""

    def look(self) -> Mapping[str, Breaker]:
        """Every provider's breaker that is not closed, as of a moment ago."""
        ...

    def admit(self, provider: str) -> bool:
        """Whether the caller may ask a half-open provider: one caller at a time, anywhere."""
        ...

    def report(self, provider: str, ended: Reply | ProviderFailure, began: datetime) -> None:
        """How a call that began then has ended; not for calls that were given up by our choice."""
        ...
