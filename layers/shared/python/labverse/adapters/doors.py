"""The doors of a deployment: its API's keys and repeated writes, and the writer of its keys."""

from typing import TYPE_CHECKING

from labverse.adapters import aws, dynamodb_writes
from labverse.adapters.clock import SystemClock, new_id
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.adapters.secrets_minted import MintedKeys
from labverse.platform import config, files
from labverse.platform.api import Api
from labverse.platform.idempotency import Once
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import Keyring

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


def pepper(stage: str) -> str:
    """The secret of `stage` with which its key records are sealed, by name.

    Every function that checks keys needs it, so that none has to be told.
    """
    return f"labverse/{stage}/key-pepper"


def api(stage: str, table: str) -> Api:
    """An API without routes yet, behind the keys in `table`."""
    return Api(keyring(stage, table), once(stage))


def once(stage: str) -> Once | None:
    """Repeats the answers to writes, where the stage's config lets us keep them."""
    facts = config.StageFacts.model_validate_json(files.read(config.FILE))
    if not facts.store_answers:
        return None
    writes = dynamodb_writes.of_stage(stage, aws.client("dynamodb"))
    return Once(writes, SystemClock(), new_id)


def keyring(stage: str, table: str) -> Keyring:
    """Checks the keys in `table`, whose records are sealed with the pepper of `stage`."""
    now = SystemClock()
    peppers = MintedKeys(pepper(stage), aws.client("secretsmanager"), now)
    return Keyring(DynamoKeys(table, aws.client("dynamodb")), peppers, now)


def registry(
    stage: str, table: str, dynamodb: "DynamoDBClient", secrets: "SecretsManagerClient"
) -> KeyRegistry:
    """Writes the keys in `table`; the pepper is read at every write."""
    peppers = MintedKeys(pepper(stage), secrets, SystemClock())
    return KeyRegistry(DynamoKeys(table, dynamodb), peppers.read)
