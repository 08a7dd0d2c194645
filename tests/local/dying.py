"""A client whose process dies at a write: what AWS has done by then is done, and nobody is told."""

from typing import Any

from tests.secrets_manager import Crash

WRITES = ("put_secret_value", "update_secret_version_stage", "put_item")


class Dying:
    """`client`, until the `at`-th write of all that share `left`: dead before it, or after it."""

    def __init__(self, client: Any, left: list[int], *, after: bool) -> None:
        self._client, self._left, self._after = client, left, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return call if name not in WRITES else lambda **given: self._write(call, given)

    def _write(self, call: Any, given: dict[str, Any]) -> Any:
        self._left[0] -= 1
        if self._left[0] > 0:
            return call(**given)
        if self._after:
            call(**given)
        raise Crash
