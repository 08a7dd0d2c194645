"""Each step: what it does, what it refuses, and that doing it again changes nothing."""

import copy
from typing import Any

import pytest

from labverse.guard.models import Step
from labverse.kernel.errors import NotFound, Refused, Unavailable
from labverse.kernel.signing import KeySet
from labverse.platform.keys import KeyRecord
from tests.unit.guard.fakes import PEPPER, PROVIDERS, SESSION, STEPS, World

SECRETS = [PEPPER, SESSION, PROVIDERS]


@pytest.fixture
def world() -> World:
    return World()


def state(world: World) -> Any:
    """All that a rotation may change."""
    secrets = {n: (s.values, s.labels) for n, s in world.secrets.secrets.items()}
    return copy.deepcopy((secrets, world.table.texts, world.vendor.keys))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_rotation_moves_the_labels_as_secrets_manager_expects(world: World, secret: str) -> None:
    before, _ = world.current(secret)
    token = world.rotate(secret)
    labels = world.secrets.secrets[secret].labels
    assert labels == {"AWSCURRENT": token, "AWSPREVIOUS": before, "AWSPENDING": token}


@pytest.mark.parametrize("secret", [PEPPER, SESSION])
def test_what_we_mint_rotates_whole_and_overlaps(world: World, secret: str) -> None:
    sets = [KeySet.parse(world.secrets.get_secret_value(SecretId=secret)["SecretString"])]
    for _ in range(3):
        world.clock.seconds += 86_400
        world.rotate(secret)
        text = world.secrets.get_secret_value(SecretId=secret)["SecretString"]
        sets.append(KeySet.parse(text))
        assert sets[-1].previous == sets[-2].current
        assert sets[-1].current.since == world.clock.now()
    assert len({keys.current.key for keys in sets}) == len(sets)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("done", range(len(STEPS)))
def test_every_step_can_be_repeated_at_any_later_time(world: World, secret: str, done: int) -> None:
    world.create()
    token = world.secrets.stage(secret)
    for step in STEPS[: done + 1]:
        world.step(secret, token, step)
    before = state(world)
    for step in STEPS[: done + 1]:
        world.step(secret, token, step)
    assert state(world) == before
    for step in STEPS[done + 1 :]:
        world.step(secret, token, step)
    assert world.current(secret)[0] == token


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2])
def test_a_step_that_dies_is_finished_by_its_replay(
    world: World, secret: str, step: Step, after: bool, at: int
) -> None:
    """At its first or second write, before or after it."""
    keys = [world.create() for _ in range(3)]
    world.rotate(secret)
    token = world.secrets.stage(secret)
    for earlier in STEPS[: STEPS.index(step)]:
        world.step(secret, token, earlier)
    world.crash(at, after=after, doing=lambda: world.step(secret, token, step))
    for key in keys:
        world.reader().authorize({"x-api-key": key}, "route")
    for each in STEPS:
        world.step(secret, token, each)
    assert world.current(secret)[0] == token
    for key in keys:
        world.reader().authorize({"x-api-key": key}, "route")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("step", STEPS)
def test_only_a_pending_version_of_our_own_secrets_is_touched(
    world: World, secret: str, step: Step
) -> None:
    first, _ = world.current(secret)
    superseded = world.rotate(secret)
    world.rotate(secret)
    stranger = world.secrets.stage("other")
    before = state(world)
    for where, token in (
        (secret, "0" * 32),
        (secret, first),
        (secret, superseded),
        ("other", stranger),
        ("nowhere", stranger),
    ):
        with pytest.raises(Refused):
            world.step(where, token, step)
    assert state(world) == before


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("step", STEPS[1:])
def test_no_step_comes_before_the_version_has_a_value(
    world: World, secret: str, step: Step
) -> None:
    token = world.secrets.stage(secret)
    before = state(world)
    with pytest.raises(NotFound):
        world.step(secret, token, step)
    assert state(world) == before


@pytest.mark.parametrize("secret", SECRETS)
def test_a_schedule_is_rehearsed_with_a_copy_of_the_current_value(
    world: World, secret: str
) -> None:
    """What Secrets Manager does when rotation is switched on without rotating at once."""
    world.rotate(secret)
    token = world.secrets.stage(secret)
    text = world.secrets.get_secret_value(SecretId=secret)["SecretString"]
    world.vault.put_pending(secret, token, text, None)
    before = state(world)
    assert world.step(secret, token, "testSecret").outcome == "done"
    assert state(world) == before


def test_what_is_there_before_us_is_told(world: World) -> None:
    token = world.secrets.stage(PEPPER)
    told = [world.step(PEPPER, token, step).outcome for step in (*STEPS, *STEPS)]
    assert told == ["done"] * 4 + ["already"] * 4
    fresh = world.secrets.stage(PEPPER)
    assert world.step(PEPPER, fresh, "createSecret").outcome == "done"
    assert world.step(PEPPER, fresh, "createSecret").outcome == "already"


def test_records_that_no_pepper_vouches_for_are_left_alone(world: World) -> None:
    world.create()
    (record,) = world.table.list()
    forged = record.model_copy(update={"key_id": "forged", "scopes": frozenset({"admin"})})
    legacy = record.model_copy(update={"key_id": "legacy", "seal": None})
    for stray in (forged, legacy):
        world.table.texts[stray.key_id] = stray.model_dump_json()
    for _ in range(2):
        world.rotate()
    peppers = world.peppers()
    by_id: dict[str, KeyRecord] = {found.key_id: found for found in world.table.list()}
    assert by_id["forged"] == forged
    assert by_id["legacy"] == legacy
    assert by_id[record.key_id].genuine(peppers)
    assert world.registry.reseal(peppers) == (1, 2), "the good one, as of the rotation before"
    assert world.registry.reseal(peppers) == (0, 2), "and not twice"


def test_a_version_that_does_not_verify_is_not_finished(world: World) -> None:
    token = world.secrets.stage(SESSION)
    keys = KeySet.parse(world.secrets.get_secret_value(SecretId=SESSION)["SecretString"])
    twin = keys.current.model_copy(update={"key": "A" * 43 + "="})
    text = KeySet(current=twin, previous=keys.current).text()
    world.secrets.put_secret_value(
        SecretId=SESSION, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
    )
    with pytest.raises(Unavailable):
        world.step(SESSION, token, "testSecret")
