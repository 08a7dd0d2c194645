"""Keys of providers: made by the vendor, set by people, and neither lost to the other."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.guard.amend import amend
from labverse.guard.bundle import Bundle
from labverse.guard.models import Version
from labverse.guard.ports import Account
from labverse.guard.providers import KeyAges
from labverse.kernel.errors import InvalidInput, Unavailable
from tests.secrets_manager import Secret
from tests.unit.guard.fakes import PROVIDERS, STEPS, World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HUMAN = Account(id="human", name="labverse-dev-manual")


@pytest.fixture
def world() -> World:
    made = World()
    made.vendor.keys["human"] = (HUMAN, "a person's key")
    return made


def bundle(world: World) -> Bundle:
    return Bundle.parse(world.secrets.get_secret_value(SecretId=PROVIDERS)["SecretString"])


def set_key(world: World, name: str, key: str) -> Version:
    now = world.clock.now()
    change = lambda text: Bundle.parse(text).with_key(name, key, now).text()  # noqa: E731
    return amend(world.vault, PROVIDERS, change)


def test_a_vendors_key_is_new_each_time_and_the_one_before_it_still_works(world: World) -> None:
    seen = []
    for _ in range(4):
        world.rotate(PROVIDERS)
        seen.append(bundle(world).keys["openai"])
        assert all(map(world.vendor.works, seen[-2:])), "current and previous"
        assert not any(map(world.vendor.works, seen[:-2])), "none older"
    assert len(set(seen)) == 4
    assert world.vendor.works("a person's key"), "an account that is not named as ours are"


def test_a_key_that_a_crash_left_behind_is_found_by_its_name_and_deleted(world: World) -> None:
    token = world.secrets.stage(PROVIDERS)
    # Its second write would store the key that its first had made.
    assert world.crash(2, after=False, doing=lambda: world.step(PROVIDERS, token, "createSecret"))
    orphans = set(world.vendor.keys) - {"human"}
    assert [world.vendor.keys[orphan][0].name for orphan in orphans] == [f"labverse-dev-{token}"]
    for step in STEPS:
        world.step(PROVIDERS, token, step)
    assert orphans.isdisjoint(world.vendor.keys)
    assert world.vendor.works(bundle(world).keys["openai"])


def test_a_key_that_does_not_work_is_not_used(world: World) -> None:
    set_key(world, "openai", "sk-by-hand")
    token = world.secrets.stage(PROVIDERS)
    world.step(PROVIDERS, token, "createSecret")
    del world.vendor.keys["account-0"]
    with pytest.raises(Unavailable, match="openai"):
        world.step(PROVIDERS, token, "testSecret")
    assert bundle(world).keys == {"openai": "sk-by-hand"}


def test_a_vendor_that_is_down_stops_the_rotation_and_no_reader(world: World) -> None:
    world.rotate(PROVIDERS)
    key = bundle(world).keys["openai"]
    world.vendor.down = True
    with pytest.raises(Unavailable):
        world.rotate(PROVIDERS)
    assert bundle(world).keys["openai"] == key
    world.vendor.down = False
    world.rotate(PROVIDERS)
    assert bundle(world).keys["openai"] != key


def test_without_an_admin_key_a_rotation_changes_no_key(world: World) -> None:
    set_key(world, "openai", "sk-by-hand")
    world.vendors.clear()
    world.rotate(PROVIDERS)
    assert bundle(world).keys == {"openai": "sk-by-hand"}
    assert set(world.vendor.keys) == {"human"}


def test_a_key_set_by_a_person_keeps_the_others_and_their_dates(world: World) -> None:
    world.rotate(PROVIDERS)
    set_key(world, "moonshot", "sk-m")
    world.clock.seconds += 86_400
    set_key(world, "anthropic", "sk-a")
    found = bundle(world)
    assert found.keys.keys() == {"openai", "moonshot", "anthropic"}
    assert found.days(world.clock.now()) == {"openai": 1.0, "moonshot": 1.0, "anthropic": 0.0}
    assert found.made_from is None, "the next rotation must not take it for its own"


@given(st.integers(2, 8), st.randoms(use_true_random=False))
def test_keys_set_at_the_same_time_are_all_there(count: int, random: Any) -> None:
    world = World()
    names = [f"p{number}" for number in range(count)]
    random.shuffle(names)

    def nested(index: int) -> None:
        """Each is set while another is: before any of that one's calls."""
        if index == count:
            return
        before = [lambda: None] * random.randint(0, 3)
        with world.meanwhile(*before, lambda: nested(index + 1)):
            set_key(world, names[index], f"key-{index}")

    nested(0)
    for index in range(count):
        if names[index] not in bundle(world).keys:
            nested(index)
    assert bundle(world).keys.keys() == set(names)
    history = world.secrets.secrets[PROVIDERS].history
    assert len(history) == len(set(history))


def test_somebody_who_never_gets_a_turn_is_told(world: World) -> None:
    numbers = itertools.count()

    def others() -> None:
        world.faults.meanwhile = None
        set_key(world, "other", f"key-{next(numbers)}")
        world.faults.meanwhile = others

    world.faults.meanwhile = others
    with pytest.raises(Unavailable):
        set_key(world, "mine", "key")
    world.faults.meanwhile = None
    assert "mine" not in bundle(world).keys


def test_setting_what_is_set_writes_nothing(world: World) -> None:
    assert set_key(world, "a", "k").id == set_key(world, "a", "k").id


def test_ages_count_from_the_day_a_key_was_set_or_first_seen(world: World) -> None:
    ages = KeyAges(world.vault, PROVIDERS, world.clock)
    assert ages().days == {}
    world.secrets.secrets[PROVIDERS] = Secret('{"moonshot": "by hand", "note": {"kept": 1}}')
    set_key(world, "openai", "sk-1")
    world.clock.seconds += 10 * 86_400
    assert ages().days == {"moonshot": 0.0, "openai": 10.0}
    versions = len(world.secrets.secrets[PROVIDERS].values)
    world.clock.seconds += 86_400
    assert ages().days == {"moonshot": 1.0, "openai": 11.0}
    assert len(world.secrets.secrets[PROVIDERS].values) == versions, "looking writes once"
    assert bundle(world).members["note"] == {"kept": 1}


def test_a_key_put_by_other_means_is_not_taken_for_the_one_before_it(world: World) -> None:
    ages = KeyAges(world.vault, PROVIDERS, world.clock)
    set_key(world, "openai", "sk-1")
    world.clock.seconds += 100 * 86_400
    amend(world.vault, PROVIDERS, lambda text: text.replace("sk-1", "sk-2"))
    assert ages().days == {"openai": 0.0}


@pytest.mark.parametrize("text", ["", "[]", "null", "not json", '"sk-secret"'])
def test_a_secret_of_another_shape_is_refused_without_quoting_it(world: World, text: str) -> None:
    world.secrets.secrets[PROVIDERS] = Secret(text)
    with pytest.raises(InvalidInput) as caught:
        world.rotate(PROVIDERS)
    assert "sk-secret" not in str(caught.value)
    assert world.current is not None


@pytest.mark.parametrize(
    "about", [None, 5, [], {"openai": 5}, {"openai": {}}, {"openai": {"mark": "x", "set_at": "y"}}]
)
def test_what_is_not_known_about_a_key_is_unknown(about: Any) -> None:
    found = Bundle(members={"openai": "sk", "empty": " ", "_about": about})
    assert found.keys == {"openai": "sk"}
    assert found.about("openai") is None
    assert found.dated(NOW).days(NOW + timedelta(days=2)) == {"openai": 2.0}
    assert found.dated(NOW).days(NOW - timedelta(days=2)) == {"openai": 0.0}


def test_nobody_sees_a_key_in_what_is_shown(world: World) -> None:
    found = Bundle(members={"openai": "sk-secret"}).with_key("moonshot", "sk-other", NOW)
    version = Version(id="v", text=found.text())
    for shown in (repr(found), str(found), repr(version), str(version)):
        assert "sk-" not in shown
