"""The use cases of approve, over what a stage has on AWS and in its chats."""

from collections.abc import Callable

from labverse.adapters import (
    approval_rooms,
    aws,
    clock,
    dynamodb_approvals,
    kms_seal,
    sqs_letters,
    task_tokens,
)
from labverse.adapters.approval_journal import ApprovalJournal
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.approve.config import ApprovePolicy
from labverse.approve.delivering import Means
from labverse.approve.models import Team
from labverse.approve.service import Approvals
from labverse.approve.settings import ApproveSettings
from labverse.platform.config import FILE, StageFacts
from labverse.platform.event import Consumer


def approvals(have: ApproveSettings, read: Callable[[str], str]) -> Approvals:
    """Made of the names in `have`, and of the files of config that `read` gives the text of."""
    policy = ApprovePolicy.model_validate_json(read("approve_policy.json"))
    facts = StageFacts.model_validate_json(read(FILE))
    teams = [Team(id=team.id, users=frozenset(team.users)) for team in facts.approvers]
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    means = Means(
        store=dynamodb_approvals.of_stage(have.STAGE, aws.client("dynamodb")),
        seal=kms_seal.KmsSeal(have.DATA_KEY_ARN, aws.client("kms")),
        workflows=task_tokens.TaskTokens(aws.client("stepfunctions")),
        rooms=approval_rooms.rooms(have.STAGE),
        announcer=EventBridgeAnnouncer(
            aws.client("events"), have.EVENT_BUS, "labverse.approve", letters
        ),
        journal=ApprovalJournal(),
        clock=clock.SystemClock(),
    )
    return Approvals(means, policy, teams)


def consumer(have: ApproveSettings) -> Consumer:
    """How the function `event` takes events; those it cannot use go to its stage's letters."""
    name = f"labverse-{have.STAGE}-{have.POWERTOOLS_SERVICE_NAME}-event"
    return Consumer(name, sqs_letters.of_stage(have.STAGE, aws.client("sqs")))
