"""What handles Slack's requests, over what a stage has on AWS."""

from labverse.adapters import aws, clock
from labverse.adapters.dynamodb_seen import DynamoSeen, table_of
from labverse.adapters.lambda_replies import LambdaReplies, function_of
from labverse.adapters.slack_replies import SlackReplies
from labverse.adapters.slack_secret import SlackSecret
from labverse.approve.interacting import Answering, Desk, Interactions


def desk(stage: str, approvals: Answering) -> Desk:
    """Reads the stage's secret of Slack, writes its table of approvals, and has its function
    `event`, which has another of these, send what did not arrive.
    """
    now = clock.SystemClock()
    secret = SlackSecret(stage, aws.client("secretsmanager"), now)
    seen = DynamoSeen(table_of(stage), aws.client("dynamodb"))
    return Desk(
        secret=secret,
        interactions=Interactions(approvals, seen),
        replies=SlackReplies(lambda: secret.current().replies),
        later=LambdaReplies(function_of(stage), aws.client("lambda")),
        clock=now,
        new_id=clock.new_id,
    )
