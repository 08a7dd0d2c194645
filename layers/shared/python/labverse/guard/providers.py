"""Keys of providers: made anew where the vendor has an API for it, else only watched."""

import re
from collections.abc import Callable, Mapping

from labverse.guard.amend import amend
from labverse.guard.bundle import Bundle
from labverse.guard.models import Ages, Version
from labverse.guard.ports import Vault, Vendor
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable

Vendors = Callable[[], Mapping[str, Vendor]]


class ProviderKeys:
    """The secret of provider keys. `vendors` are those that let us make keys, by provider."""

    def __init__(self, stage: str, vendors: Vendors, clock: Clock) -> None:
        self._stage, self._vendors, self._clock = stage, vendors, clock

    def create(self, current: Version, token: str) -> str:
        """Every key that we can make, made anew, in an account named after the rotation."""
        bundle = Bundle.parse(current.text)
        for provider, vendor in self._vendors().items():
            account, key = vendor.create(f"labverse-{self._stage}-{token}")
            bundle = bundle.with_key(provider, key, self._clock.now(), account)
        return bundle.rotated_from(current.id).text()

    def follows(self, current: Version, pending: Version) -> bool:
        """Whether nobody set a key since `pending` was made."""
        return Bundle.parse(pending.text).made_from == current.id

    def set(self, current: Version, pending: Version) -> None:
        """Delete our accounts, but those of the current and of the pending key.

        So the key before the current one goes, which nobody has read for a rotation, and so does
        one that a crash left behind: its key was told once, to a function that is gone.
        """
        bundles = (Bundle.parse(current.text), Bundle.parse(pending.text))
        ours = re.compile(rf"labverse-{re.escape(self._stage)}-[A-Za-z0-9-]{{32,64}}")
        for provider, vendor in self._vendors().items():
            known = (bundle.about(provider) for bundle in bundles)
            kept = {about.account for about in known if about}
            for account in vendor.accounts():
                if ours.fullmatch(account.name) and account.id not in kept:
                    vendor.delete(account.id)

    def test(self, current: Version, pending: Version) -> None:  # noqa: ARG002 - as the port says
        """Every key that we made is taken by its vendor."""
        bundle = Bundle.parse(pending.text)
        for provider, vendor in self._vendors().items():
            about = bundle.about(provider)
            if about and about.account and not vendor.works(bundle.keys[provider]):
                raise Unavailable(f"the new key of {provider} does not work yet")


class KeyAges:
    """How old each provider's key is."""

    def __init__(self, vault: Vault, secret: str, clock: Clock) -> None:
        self._vault, self._secret, self._clock = vault, secret, clock

    def __call__(self) -> Ages:
        """A key of which nobody said since when it is set counts from the first time we look."""
        now = self._clock.now()

        def dated(text: str) -> str:
            bundle = Bundle.parse(text)
            known = bundle.dated(now)
            return text if known == bundle else known.text()

        version = amend(self._vault, self._secret, dated)
        return Ages(days=Bundle.parse(version.text).days(now))
