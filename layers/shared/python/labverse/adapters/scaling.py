"""What keeps the local model up while it is wanted, over DynamoDB and ECS."""

from labverse.adapters import aws, sqs_letters
from labverse.adapters.clock import SystemClock
from labverse.adapters.dynamodb_capacity import DynamoCapacity
from labverse.adapters.ecs_service import EcsService
from labverse.platform.event import Consumer
from labverse.route.fallback import Scaler
from labverse.route.settings import FallbackService, RouteSettings


def scaler(have: RouteSettings) -> Scaler:
    """Made of the names in `have`."""
    service = FallbackService.model_validate_json(have.FALLBACK_SERVICE)
    store = DynamoCapacity(have.CAPACITY_TABLE, aws.client("dynamodb"))
    return Scaler(store, EcsService(service, aws.client("ecs")), service, SystemClock())


def consumer(have: RouteSettings) -> Consumer:
    """How the function `event` takes events; those it cannot use go to its stage's letters."""
    name = f"labverse-{have.STAGE}-{have.POWERTOOLS_SERVICE_NAME}-event"
    return Consumer(name, sqs_letters.of_stage(have.STAGE, aws.client("sqs")))
