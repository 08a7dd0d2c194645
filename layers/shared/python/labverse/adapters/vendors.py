"""The vendors that let us make keys, out of the secret that only a rotation may read.

`{"openai": {"admin_key": "…", "project": "proj_…", "url": "…"}}`; `url` may be left out. `{}` means
that no key is made by us.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx
from pydantic import ConfigDict, Field

from labverse.adapters import openai_admin
from labverse.adapters.secrets_vault import SecretsVault
from labverse.guard.ports import Vendor
from labverse.kernel.errors import InvalidInput
from labverse.kernel.model import Model

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class _OpenAI(Model):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    admin_key: str = Field(min_length=1, repr=False)
    project: str = Field(min_length=1)
    # A loopback address is for stand-ins; an admin key must not travel in the clear anywhere else.
    url: str = Field(default=openai_admin.URL, pattern=r"^(https://|http://127\.0\.0\.1[:/])")


class _Admin(Model):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    openai: _OpenAI | None = None


class Vendors:
    """Reads the secret anew for each rotation."""

    def __init__(self, secret_id: str, client: "SecretsManagerClient", http: httpx.Client) -> None:
        self._secret, self._vault, self._http = secret_id, SecretsVault(client), http

    def __call__(self) -> Mapping[str, Vendor]:
        """By provider. Raises InvalidInput, quoting nothing, for a secret of another shape."""
        try:
            admin = _Admin.model_validate(json.loads(self._vault.current(self._secret).text))
        except ValueError:
            raise InvalidInput("the secret of vendors' admin keys cannot be used") from None
        if admin.openai is None:
            return {}
        have = admin.openai
        made = openai_admin.OpenAIAdmin(have.url, have.project, have.admin_key, self._http)
        return {"openai": made}
