"""The key check of a deployment, and the writer of its keys, over the AWS clients given."""

from typing import TYPE_CHECKING

from labverse.adapters import aws
from labverse.adapters.clock import SystemClock
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.adapters.secrets_minted import MintedKeys
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import Keyring

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


def keyring(table: str, pepper: str) -> Keyring:
    """Checks the keys in `table`, whose records are sealed with the secret `pepper`."""
    now = SystemClock()
    peppers = MintedKeys(pepper, aws.client("secretsmanager"), now)
    return Keyring(DynamoKeys(table, aws.client("dynamodb")), peppers, now)


def registry(
    table: str, pepper: str, dynamodb: "DynamoDBClient", secrets: "SecretsManagerClient"
) -> KeyRegistry:
    """Writes the keys in `table`; the pepper is read at every write."""
    peppers = MintedKeys(pepper, secrets, SystemClock())
    return KeyRegistry(DynamoKeys(table, dynamodb), peppers.read)
