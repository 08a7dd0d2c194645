"""What bounds an answer: money, time, and what is known of its cost."""

from decimal import Decimal

import pytest

from labverse.route.models import Tokens
from tests.unit.route.fakes import ASK, CONFIG, World


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
