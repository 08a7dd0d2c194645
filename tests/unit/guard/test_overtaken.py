"""Rotations that others overtake: nothing newer is lost, and nothing older comes back."""

import pytest

from labverse.guard.models import Step
from labverse.kernel.errors import Conflict, Refused
from labverse.kernel.signing import KeySet
from tests.unit.guard.fakes import PEPPER, PROVIDERS, SESSION, STEPS, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("step", STEPS[1:])
@pytest.mark.parametrize("secret", [SESSION, PROVIDERS])
def test_a_value_that_somebody_set_meanwhile_is_never_lost(
    world: World, secret: str, step: Step
) -> None:
    token = world.secrets.stage(secret)
    world.step(secret, token, "createSecret")
    theirs = KeySet.parse(world.secrets.get_secret_value(SecretId=SESSION)["SecretString"])
    fresh = theirs.followed_by(theirs.current.model_copy(update={"id": "theirs"}))
    text = fresh.text() if secret == SESSION else '{"moonshot": "set by hand"}'
    world.secrets.put_secret_value(SecretId=secret, ClientRequestToken="t" * 32, SecretString=text)
    with pytest.raises(Conflict, match="the next rotation starts from it"):
        world.step(secret, token, step)
    assert world.current(secret)[0] == "t" * 32
    with pytest.raises(Refused):
        world.step(secret, token, step)
    world.rotate(secret)
    _, value = world.current(secret)
    assert value.get("moonshot", value.get("previous", {})) in (
        "set by hand",
        fresh.current.model_dump(mode="json"),
    )


def test_somebody_who_is_quicker_than_our_last_write_is_not_overwritten(world: World) -> None:
    token = world.secrets.stage(PROVIDERS)
    for step in STEPS[:3]:
        world.step(PROVIDERS, token, step)

    def theirs() -> None:
        world.secrets.put_secret_value(
            SecretId=PROVIDERS, ClientRequestToken="t" * 32, SecretString='{"moonshot": "theirs"}'
        )

    # Before the fourth call: after all that finishSecret reads.
    nothing = lambda: None  # noqa: E731
    with world.meanwhile(nothing, nothing, nothing, theirs), pytest.raises(Conflict):
        world.step(PROVIDERS, token, "finishSecret")
    assert world.current(PROVIDERS) == ("t" * 32, {"moonshot": "theirs"})


def test_a_rotation_whose_setting_was_skipped_sets_before_it_finishes(world: World) -> None:
    key = world.create()
    for _ in range(3):
        token = world.secrets.stage(PEPPER)
        for step in ("createSecret", "finishSecret"):
            world.step(PEPPER, token, step)
    world.reader().authorize({"x-api-key": key}, "route")


def test_a_move_that_was_done_and_told_as_refused_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that tries again after an answer was lost hears that the label is elsewhere."""
    moved = world.vault.move_current

    def twice(secret: str, *, to: str, instead_of: str) -> None:
        moved(secret, to=to, instead_of=instead_of)
        raise Conflict("another version is current by now")

    monkeypatch.setattr(world.vault, "move_current", twice)
    token = world.rotate(SESSION)
    assert world.current(SESSION)[0] == token


@pytest.mark.parametrize("pause", range(8))
def test_a_revocation_that_a_rotation_overtakes_is_sealed_all_the_same(
    world: World, pause: int
) -> None:
    key = world.create()
    nothing = [lambda: None] * pause
    with world.meanwhile(*nothing, lambda: (world.rotate(), world.rotate())):
        world.registry.revoke(key.split("_")[1], world.clock.now())
    (record,) = world.table.list()
    assert record.revoked_at is not None
    assert record.genuine(world.peppers())


def test_a_rotation_that_was_given_up_cannot_undo_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the local cloud a label can be on two versions, and comes off neither by itself."""
    old = world.secrets.stage(PEPPER)
    world.step(PEPPER, old, "createSecret")
    fresh = world.secrets.stage(PEPPER)
    stages = {**world.vault.stages(PEPPER), old: frozenset({"AWSPENDING"})}
    dropped: list[tuple[str, str]] = []
    monkeypatch.setattr(world.vault, "stages", lambda _: stages)
    monkeypatch.setattr(world.vault, "drop_pending", lambda *which: dropped.append(which))
    world.step(PEPPER, fresh, "createSecret")
    assert dropped == [(PEPPER, old)]
