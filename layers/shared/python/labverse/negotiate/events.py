"""What negotiate tells the bus. Version 1 of each only grows."""

from typing import Any

from pydantic import AwareDatetime, Field

from labverse.kernel.model import Model
from labverse.negotiate.models import Digest, Money
from labverse.negotiate.states import Mode, State


class DealAgreed(Model):
    """Event, version 1: a deal is agreed and its money committed. Once for each terms digest."""

    event_id: str
    occurred_at: AwareDatetime
    negotiation_id: str
    mode: Mode
    goal: str
    parties: tuple[str, ...]
    terms: dict[str, Any]
    terms_digest: Digest
    month: str = Field(examples=["2026-11"])
    currency: str
    committed: Money
    decided_by: str | None


class DealRefused(Model):
    """Event, version 1: a negotiation ended without a deal. Once for each negotiation."""

    event_id: str
    occurred_at: AwareDatetime
    negotiation_id: str
    mode: Mode
    goal: str
    parties: tuple[str, ...]
    state: State
    reason: str
    terms_digest: Digest | None


Event = DealAgreed | DealRefused
