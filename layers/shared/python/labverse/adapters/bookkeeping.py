"""The use cases of revenue, over what a stage has on AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom

from labverse.adapters import aws, clock, sqs_letters
from labverse.adapters.dynamodb_book import DynamoBook
from labverse.adapters.dynamodb_revenue import table_of
from labverse.adapters.dynamodb_sums import DynamoSums
from labverse.adapters.dynamodb_timelines import DynamoTimelines
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.platform.stream import Consumer
from labverse.revenue.applying import Applying
from labverse.revenue.attribution import attribute
from labverse.revenue.checking import Checking
from labverse.revenue.config import RevenuePolicy
from labverse.revenue.counting import Counting
from labverse.revenue.service import Attributing, Recording, Reporting
from labverse.revenue.settings import RevenueSettings

FILE = "revenue_policy.json"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
Read = Callable[[str], str]


@dataclass(frozen=True)
class Books:
    """What the routes of revenue need, but for what only solvers have."""

    recording: Recording
    reporting: Reporting
    attributing: Attributing
    checking: Checking


def books(have: RevenueSettings, read: Read) -> Books:
    """Over one table; `read` gives the text of a file of config."""
    rates, now = policy(read).rates, clock.SystemClock()
    return Books(
        recording=Recording(_book(have, read), rates, now),
        reporting=Reporting(sums(have), rates, now),
        attributing=Attributing(sums(have), attribute),
        checking=Checking(sums(have), rates, now),
    )


def _book(have: RevenueSettings, read: Read) -> DynamoBook:
    return DynamoBook(
        table_of(have.STAGE),
        aws.client("dynamodb"),
        kept=timedelta(days=policy(read).customer_days),
        new_name=clock.new_id,
        pause=pause,
    )


def sums(have: RevenueSettings) -> DynamoSums:
    """The rows and paths of a stage."""
    return DynamoSums(table_of(have.STAGE), aws.client("dynamodb"))


def timelines(have: RevenueSettings) -> DynamoTimelines:
    """The customers of a stage."""
    return DynamoTimelines(table_of(have.STAGE), aws.client("dynamodb"))


def counting(have: RevenueSettings, read: Read) -> Counting:
    """What the stream does."""
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    bus = EventBridgeAnnouncer(aws.client("events"), have.EVENT_BUS, "labverse.revenue", letters)
    now = clock.SystemClock()
    applying = Applying(timelines(have), pause)
    return Counting(applying, policy(read).rates, bus, lambda: (clock.new_id(), now.now()))


def consumer(have: RevenueSettings) -> Consumer:
    """Takes the records of the stream, under the function's own name."""
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    return Consumer(f"labverse-{have.STAGE}-revenue-stream", letters)


def pause(attempt: int) -> None:
    """A little, at random, so that those who met do not meet again."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)
    clock.pause(SystemRandom().uniform(0, longest))


def policy(read: Read) -> RevenuePolicy:
    """What people tune. `read` gives the text of a file of config."""
    return RevenuePolicy.model_validate_json(read(FILE))
