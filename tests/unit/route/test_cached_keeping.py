"""Which answers are kept, what a failing store changes, and forgetting."""

import pytest

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.route.cached import Forgotten, worth_keeping
from tests.unit.route.desk import Desk
from tests.unit.route.fakes import FakeKeys, World
from tests.unit.route.test_cached import WORK


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("down", [{"recall"}, {"keep"}, {"recall", "keep"}])
def test_a_store_that_fails_is_done_without(down: set[str], desk: Desk) -> None:
    desk.answers.down = down
    for _ in range(2):
        answer = desk.ask()
        assert (answer.text, answer.cached) == ("Paris", False)
    once = ["recall"] if "recall" in down else ["recall", "keep"]
    assert desk.answers.asked == once * 2, "whoever could not read does not try to write"


def test_what_another_version_kept_is_no_answer(desk: Desk) -> None:
    desk.ask()
    desk.answers.texts = dict.fromkeys(desk.answers.texts, '{"routed": {"old": true}}')
    assert not desk.ask().cached


def test_a_failure_is_not_kept() -> None:
    desk = Desk(World(keys=FakeKeys("alpha"), local=()).sick("server_error", "alpha"))
    with pytest.raises(Unavailable):
        desk.ask()
    assert desk.answers.asked == ["recall"]


def test_a_cut_answer_is_not_kept(desk: Desk) -> None:
    routed = desk.task().run(WORK, "t")
    assert worth_keeping(routed, WORK)
    cut = routed.model_copy(update={"reply": routed.reply.model_copy(update={"finish": "length"})})
    assert not worth_keeping(cut, WORK)


def test_a_local_model_that_stood_in_is_not_kept_and_one_that_was_wanted_is() -> None:
    desk = Desk(World(keys=FakeKeys("alpha")).sick("server_error", "alpha"))
    assert desk.ask().provider == "ollama"
    assert not desk.ask().cached
    assert desk.ask(model="small").provider == "ollama"
    assert desk.ask(model="small").cached
    alone = Desk(World(keys=FakeKeys()))
    alone.ask()
    assert alone.ask().cached, "there is no other model"


def test_a_second_cloud_model_is_as_good_as_the_first() -> None:
    desk = Desk(World(keys=FakeKeys("alpha", "beta")).sick("overloaded", "alpha"))
    assert desk.ask().provider == "beta"
    assert desk.ask().cached


def test_a_stage_that_keeps_nothing_says_so() -> None:
    desk = Desk(stored=False)
    assert not desk.ask(cache_seconds=None).cached
    with pytest.raises(InvalidInput, match=r"cache_seconds: .*store_answers"):
        desk.ask()
    with pytest.raises(InvalidInput, match=r"answers: .*store_answers"):
        desk.task().forget("mine")


def test_forgetting_is_for_one_key(desk: Desk) -> None:
    desk.ask()
    desk.ask(key_id="yours")
    assert desk.task().forget("mine") == Forgotten(forgotten=1, complete=True)
    assert not desk.ask().cached
    assert desk.ask(key_id="yours").cached
