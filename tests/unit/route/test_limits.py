"""What bounds an answer: money, time, and what is known of its cost."""

from decimal import Decimal

import pytest

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.route.errors import UnknownModel
from labverse.route.models import Tokens
from tests.unit.route.fakes import ASK, CONFIG, FakeKeys, World


def test_money_bounds_the_answer_and_then_the_candidates() -> None:
    world = World()
    world.router.answer(ASK.model_copy(update={"max_cost_usd": Decimal("0.000020")}))
    limit = world.fleet["alpha"].calls[0].max_output_tokens
    assert 1 <= limit < 50, "0.4 USD per million leaves a few dozen tokens"
    nothing = World()
    answer = nothing.router.answer(ASK.model_copy(update={"max_cost_usd": Decimal(0)}))
    assert answer.provider == "ollama"
    assert "cost more than the task's limit of 0 USD" in answer.refused[0].reason


def test_an_answer_that_nobody_counted_is_billed_by_our_upper_bound() -> None:
    world = World()
    world.fleet["alpha"].tokens = None
    routed = world.router.run(ASK.as_work())
    assert routed.answer.cost_usd > 0
    assert world.recorder.spans[0].cost_source == "estimate"
    assert routed.answer.tokens == Tokens(input=None, cached_input=None, output=None)


def test_the_answers_length_is_bounded_by_the_hard_deadline_not_by_a_share_of_the_sla() -> None:
    world = World()
    world.router.answer(ASK)
    (asked,) = world.fleet["alpha"].calls
    assert asked.seconds == pytest.approx(0.4)
    assert asked.max_output_tokens == CONFIG.max_output_tokens
    world.router.answer(ASK.model_copy(update={"max_output_tokens": 30_000}))
    most = world.fleet["alpha"].calls[1].max_output_tokens
    assert most == int(60 * CONFIG.hard_deadline_ms / 1000), "what it surely writes until then"


@pytest.mark.parametrize("name", ["third", "gamma-1"])
def test_a_named_model_without_a_key_is_the_callers_to_change(name: str) -> None:
    world = World(keys=FakeKeys("alpha"))
    with pytest.raises(UnknownModel, match=f"'{name}' cannot be asked here: not configured: gamma"):
        world.router.answer(ASK.model_copy(update={"model": name}))


def test_keys_that_cannot_be_read_are_ours_to_mend() -> None:
    world = World(keys=FakeKeys(down=True))
    with pytest.raises(Unavailable):
        world.router.answer(ASK.model_copy(update={"model": "third"}))


def test_a_limit_that_no_model_asked_for_can_keep_names_the_limit() -> None:
    dear = {"model": "first", "max_cost_usd": Decimal(0)}
    with pytest.raises(InvalidInput, match="max_cost_usd: the prompt alone may cost more than"):
        World().router.answer(ASK.model_copy(update=dear))
