"""One way for commands to change a deployment's secret, and to say what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from labverse.adapters.secrets_vault import SecretsVault
from labverse.cli import target
from labverse.cli.failures import Failure
from labverse.guard.amend import amend
from labverse.kernel.errors import InvalidInput, NotFound, Unavailable


def amended(found: target.Target, published: str, change: Callable[[str], str]) -> None:
    """Put what `change` makes of the secret in its place. Raises Failure.

    Whatever else is set at the same time, by others or by a rotation, stays set.
    """
    secret = found.published(published)
    try:
        amend(SecretsVault(found.client("secretsmanager")), secret, change)
    except Unavailable as error:
        raise Failure(f"writing the secret {secret}: {error}", found.help) from error
    except InvalidInput as error:
        # Neither shown nor overwritten: it may hold something that somebody needs.
        step = "put {} into it with the AWS CLI, then run this again"
        raise Failure(f"{secret}: {error}", step) from error
    except NotFound as error:
        raise Failure(f"{secret}: {error}", f"is stage {found.stage!r} deployed there?") from error
