"""The use cases of negotiate, over what a stage has on AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from labverse.adapters import aws, clock, deal_reactions, dynamodb_deals, sqs_letters
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.executions import NegotiationExecutions
from labverse.adapters.s3_objects import S3Objects
from labverse.negotiate.applying import Applying
from labverse.negotiate.closing import Closing
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.recording import Recording
from labverse.negotiate.service import Means, Negotiations
from labverse.negotiate.settings import NegotiateSettings
from labverse.negotiate.watching import Watching
from labverse.negotiate.workflow import Working
from labverse.platform.event import Consumer, reacting
from labverse.platform.telemetry import Handler

POLICY = "negotiate_policy.json"


@dataclass(frozen=True)
class Negotiating:
    """Made of the names in `have`, and of the files of config that `read` gives the text of.

    Each use case is built when it is first asked for: no function needs all of them.
    """

    have: NegotiateSettings
    read: Callable[[str], str]

    @cached_property
    def policy(self) -> NegotiatePolicy:
        """What people tune."""
        return NegotiatePolicy.model_validate_json(self.read(POLICY))

    @cached_property
    def negotiations(self) -> Negotiations:
        """For whoever asks for a deal."""
        return Negotiations(self._means, self.policy)

    @cached_property
    def working(self) -> Working:
        """For the states that gather and solve."""
        means = self._means
        return Working(means.deals, means.objects, self.policy, means.clock.now)

    @cached_property
    def recording(self) -> Recording:
        """For the state that records."""
        return Recording(self._closing, self._means.objects)

    @cached_property
    def applying(self) -> Applying:
        """For the state that applies."""
        return Applying(self._closing, self.working.prices, self.policy)

    @cached_property
    def watching(self) -> Watching:
        """For what happens elsewhere."""
        return Watching(self.negotiations, self._closing, self._means.executions)

    @cached_property
    def react(self) -> Handler:
        """Takes events; those it cannot use go to its stage's letters."""
        name = f"labverse-{self.have.STAGE}-{self.have.POWERTOOLS_SERVICE_NAME}-event"
        consumer = Consumer(name, sqs_letters.of_stage(self.have.STAGE, aws.client("sqs")))
        machine = self.have.STATE_MACHINE_ARN
        return reacting(consumer, deal_reactions.of_negotiate(lambda: self.watching, machine))

    @cached_property
    def _closing(self) -> Closing:
        means = self._means
        return Closing(means.deals, means.announcer, means.clock)

    @cached_property
    def _means(self) -> Means:
        stage, bus = self.have.STAGE, self.have.EVENT_BUS
        letters = sqs_letters.of_stage(stage, aws.client("sqs"))
        return Means(
            deals=dynamodb_deals.of_stage(stage, aws.client("dynamodb")),
            objects=S3Objects(self.have.DATA_BUCKET, aws.client("s3")),
            executions=NegotiationExecutions(
                self.have.STATE_MACHINE_ARN, aws.client("stepfunctions")
            ),
            announcer=EventBridgeAnnouncer(
                aws.client("events"), bus, "labverse.negotiate", letters
            ),
            clock=clock.SystemClock(),
            pause=clock.pause,
        )
