"""AWS clients, made when first asked for, with time-outs that fit a request."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

# Short: a request has seconds, and the SDK's defaults (60 s, 5 attempts) would use all of them.
_CONFIG = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3}
)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def credentials() -> Any:
    """The process's credentials, which renew themselves; None where there are none."""
    return _session().get_credentials()


@cache
def client(service: str) -> Any:
    """The process's one client of `service`; region, credentials and endpoint are Lambda's."""
    return _session().create_client(service, config=_CONFIG)
