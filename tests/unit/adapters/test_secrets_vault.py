"""The vault on Secrets Manager: labels as a compare-and-swap, errors as ours, values nowhere."""

import pytest
from botocore.exceptions import ParamValidationError

from labverse.adapters.secrets_vault import SecretsVault
from labverse.guard.models import Version
from labverse.kernel.errors import Conflict, NotFound, Unavailable
from tests.secrets_manager import MemorySecrets, refused

TOKEN = "t" * 32
VALUE = "a-value-that-nobody-may-see"


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets(one=VALUE, empty=None)


@pytest.fixture
def vault(secrets: MemorySecrets) -> SecretsVault:
    return SecretsVault(secrets)  # type: ignore[arg-type]


def test_a_pending_version_is_there_before_its_value(
    secrets: MemorySecrets, vault: SecretsVault
) -> None:
    token = secrets.stage("one")
    assert vault.stages("one")[token] == {"AWSPENDING"}
    assert vault.version("one", token) is None
    vault.put_pending("one", token, "new", None)
    assert vault.version("one", token) == Version(id=token, text="new")
    vault.put_pending("one", token, "a twin's", "proof")
    assert vault.version("one", token) == Version(id=token, text="new"), "the first one stays"


def test_an_empty_version_of_the_local_cloud_has_no_value_either() -> None:
    class Emulator(MemorySecrets):
        def get_secret_value(self, **_: str) -> dict[str, str]:  # type: ignore[override]
            return {"VersionId": TOKEN}

    assert SecretsVault(Emulator()).version("one", TOKEN) is None  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        SecretsVault(Emulator()).current("one")  # type: ignore[arg-type]


def test_the_current_label_moves_only_from_where_it_is(vault: SecretsVault) -> None:
    first = vault.current("one")
    aside, other = vault.put_aside("one", "2"), vault.put_aside("one", "3")
    assert vault.current("one") == first, "nobody reads what is aside"
    vault.move_current("one", to=aside, instead_of=first.id)
    with pytest.raises(Conflict):
        vault.move_current("one", to=other, instead_of=first.id)
    assert vault.current("one") == Version(id=aside, text="2")


def test_a_label_that_is_off_can_be_taken_off(secrets: MemorySecrets, vault: SecretsVault) -> None:
    token = secrets.stage("one")
    for _ in range(2):
        vault.drop_pending("one", token)
    assert token not in vault.stages("one")


@pytest.mark.parametrize("secret", ["empty", "nobody"])
def test_what_is_not_there_is_not_found(vault: SecretsVault, secret: str) -> None:
    with pytest.raises(NotFound):
        vault.current(secret)


@pytest.mark.parametrize(
    "error", [refused("ThrottlingException"), ParamValidationError(report=f"{VALUE} is no string")]
)
def test_an_error_of_aws_is_unavailable_and_quotes_nothing(
    error: Exception, secrets: MemorySecrets, vault: SecretsVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: str) -> None:
        raise error

    for name in ("get_secret_value", "describe_secret", "put_secret_value"):
        monkeypatch.setattr(secrets, name, fail)
    monkeypatch.setattr(secrets, "update_secret_version_stage", fail)
    for call in (
        lambda: vault.current("one"),
        lambda: vault.version("one", TOKEN),
        lambda: vault.stages("one"),
        lambda: vault.put_pending("one", TOKEN, VALUE, None),
        lambda: vault.put_aside("one", VALUE),
        lambda: vault.move_current("one", to=TOKEN, instead_of=TOKEN),
        lambda: vault.drop_pending("one", TOKEN),
    ):
        with pytest.raises(Unavailable) as caught:
            call()
        assert VALUE not in str(caught.value)
        assert caught.value.__cause__ is None
