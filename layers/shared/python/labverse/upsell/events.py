"""What upsell tells the bus. Version 1 of each only grows; none names a customer."""

from datetime import datetime

from labverse.kernel.model import Model
from labverse.upsell.models import SignedUsd
from labverse.upsell.policy import Mode


class OfferDecided(Model):
    """Event, version 1: a customer is to get an offer. Carries nothing about the customer."""

    event_id: str
    occurred_at: datetime
    trace_id: str
    decision_id: str
    segment: str
    offer: str
    mode: Mode
    propensity: float
    expected_ltv_increase: float | None
    confidence: float | None
    model_version: int
    reward_deadline: datetime


class OutcomeRecorded(Model):
    """Event, version 1: it is known what a decision brought. Its id is the same each time."""

    event_id: str
    occurred_at: datetime
    trace_id: str
    decision_id: str
    segment: str
    offer: str
    mode: Mode
    accepted: bool
    reward_usd: SignedUsd
    late: bool
    learned: bool
    model_version: int


Event = OfferDecided | OutcomeRecorded
