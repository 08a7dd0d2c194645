"""The use cases of upsell, over what a stage has on AWS."""

from collections.abc import Callable

from labverse.adapters import aws, clock, sqs_letters
from labverse.adapters.chance import generator
from labverse.adapters.dynamodb_offers import DynamoOffers
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.ports import Means
from labverse.upsell.service import Upsell
from labverse.upsell.settings import UpsellSettings


def upsell(have: UpsellSettings, read: Callable[[str], str]) -> Upsell:
    """Made of the names in `have`, and of the files of config that `read` gives the text of."""
    config = UpsellPolicy.model_validate_json(read("upsell_policy.json"))
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    bus = EventBridgeAnnouncer(aws.client("events"), have.EVENT_BUS, "labverse.upsell", letters)
    tables = have.DECISIONS_TABLE, have.SEGMENTS_TABLE
    means = Means(
        store=DynamoOffers(*tables, aws.client("dynamodb")),
        bus=bus,
        clock=clock.SystemClock(),
        new_id=clock.new_id,
        generator=generator,
        pause=clock.pause,
    )
    return Upsell(config, means)
