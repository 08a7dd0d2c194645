"""What solving came to, as it lies in the bucket and goes into the record."""

from typing import Any

from labverse.kernel.model import Model
from labverse.negotiate.models import (
    ArbitrageNote,
    Caution,
    Deal,
    ImpactNote,
    MisreportNote,
    PositionNote,
    SplitNote,
)


class Proposal(Model):
    """What solving came to. Without a deal, `status`, `reason` and the certificate say why."""

    negotiation_id: str
    round: int
    status: str
    reason: str
    positions: tuple[PositionNote, ...]
    deal: Deal | None = None
    certificate: dict[str, Any] | None = None
    impact: ImpactNote | None = None
    arbitrage: ArbitrageNote | None = None
    sensitivity: tuple[MisreportNote, ...] = ()
    split: SplitNote | None = None
    warnings: tuple[Caution, ...] = ()
