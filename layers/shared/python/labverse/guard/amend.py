"""Change a secret's value without losing what somebody else changed at the same time.

Secrets Manager has no conditional put, but moving the label of the current version names the
version that it is taken from, and fails if that is another one by now: a compare-and-swap.
"""

from collections.abc import Callable

from labverse.guard.models import Version
from labverse.guard.ports import Vault
from labverse.kernel.errors import Conflict, Unavailable

# Each failed try means that somebody else succeeded.
_TRIES = 20


def amend(vault: Vault, secret: str, change: Callable[[str], str]) -> Version:
    """Apply `change` to the current text, as often as others are quicker; what is current then.

    Raises Unavailable when somebody always is, and whatever `change` raises.
    """
    for _ in range(_TRIES):
        current = vault.current(secret)
        text = change(current.text)
        if text == current.text:
            return current
        made = vault.put_aside(secret, text)
        try:
            vault.move_current(secret, to=made, instead_of=current.id)
        except Conflict:
            continue
        return Version(id=made, text=text)
    raise Unavailable("the secret is being changed by others")
