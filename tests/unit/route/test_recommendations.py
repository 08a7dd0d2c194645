"""A cheaper model is recommended where it surely costs less and does as well, and not otherwise."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from labverse.route.config import CloudModel
from labverse.route.recommendations import LEAST_TASKS, Recommendation, recommend
from labverse.route.tally import Tally, as_counts, tallies

DAY = date(2026, 11, 24)
CHEAP = CloudModel.model_validate(
    {"provider": "p", "context_window": 8000, "price": {"input": "0.10", "output": "0.50"}}
)
DEAR = CHEAP.model_copy(
    update={"price": CHEAP.price.model_copy(update={"input": Decimal(2), "output": Decimal(10)})}
)
MODELS = {"dear": DEAR, "cheap": CHEAP}


def record(model: CloudModel, tasks: int, seed: int = 1, **more: int) -> Tally:
    """So many tasks, all in time, of inputs about 400 and outputs about 100 tokens."""
    rng = random.Random(seed)
    pairs = [
        (round(rng.lognormvariate(6, 0.3)), round(rng.lognormvariate(4.6, 0.4)))
        for _ in range(tasks)
    ]
    tally = Tally(
        attempts=tasks,
        answered=tasks,
        in_time=tasks,
        input=sum(x for x, _ in pairs),
        output=sum(y for _, y in pairs),
        input_squares=sum(x * x for x, _ in pairs),
        output_squares=sum(y * y for _, y in pairs),
        products=sum(x * y for x, y in pairs),
        micro_usd=sum(int(x * model.price.input + y * model.price.output) for x, y in pairs),
        needed_basic=tasks,
    )
    return replace(tally, **more)


def told(
    dear: Tally, cheap: Tally, models: dict[str, CloudModel] | None = None
) -> list[Recommendation]:
    counts = {**as_counts("default", "dear", dear), **as_counts("default", "cheap", cheap)}
    return recommend(tallies(counts), models or MODELS, DAY)


def test_a_cheaper_model_that_does_as_well() -> None:
    dear, cheap = record(DEAR, 400), record(CHEAP, 300, seed=2)
    (found,) = told(dear, cheap)
    assert (found.task_class, found.model, found.instead, found.tasks) == (
        "default", "dear", "cheap", 400,
    )  # fmt: skip
    assert 0 < found.low_usd < found.saving_usd < found.high_usd < Decimal(dear.micro_usd) / 10**6
    assert found.confidence == 0.95
    assert "cheap was in time in 300 of 300 attempts, dear was in time in 400 of 400" in found.why
    assert "cached input is priced in full" in found.why


def test_the_interval_holds_what_the_month_would_have_cost() -> None:
    """Of 1000 months, told from one month's record each: what was saved is inside 95 %."""
    held = 0
    for month in range(1000):
        dear, cheap = record(DEAR, 60, 2 * month), record(CHEAP, 200, 2 * month + 1)
        (found,) = told(dear, cheap)
        rng = random.Random(10**6 + month)
        outputs = sum(round(rng.lognormvariate(4.6, 0.4)) for _ in range(60))
        cost = (dear.input * CHEAP.price.input + outputs * CHEAP.price.output) / 10**6
        saved = Decimal(dear.micro_usd) / 10**6 - cost
        held += found.low_usd <= saved <= found.high_usd
    assert 930 <= held <= 970


@pytest.mark.parametrize("few", [LEAST_TASKS - 1, LEAST_TASKS])
def test_few_tasks_recommend_nothing(few: int) -> None:
    assert told(record(DEAR, 400), record(CHEAP, few)) == []  # too few to be sure it is in time
    assert bool(told(record(DEAR, few), record(CHEAP, 400))) == (few == LEAST_TASKS)


@pytest.mark.parametrize(("late", "recommended"), [(0, True), (1, True), (12, False), (100, False)])
def test_one_that_may_be_late_more_often_is_not_recommended(late: int, recommended: bool) -> None:
    cheap = record(CHEAP, 400, in_time=400 - late)
    assert bool(told(record(DEAR, 400), cheap)) == recommended


def test_failures_of_a_model_count_against_it() -> None:
    assert told(record(DEAR, 400), record(CHEAP, 400, attempts=440)) == []


@pytest.mark.parametrize(
    ("tier", "needs", "recommended"),
    [
        ("basic", {}, True),
        ("basic", {"needed_basic": 399, "needed_standard": 1}, False),
        ("standard", {"needed_basic": 399, "needed_standard": 1}, True),
        ("standard", {"needed_basic": 0, "needed_strong": 400}, False),
        ("strong", {"needed_basic": 0, "needed_strong": 400}, True),
        ("standard", {"needed_basic": 399}, True),
        ("basic", {"needed_basic": 399}, False),
    ],
)
def test_its_tier_must_be_enough(tier: str, needs: dict[str, int], recommended: bool) -> None:
    """Where a task's need is not known, it is the tier of the model that it was given."""
    cheap = CloudModel.model_validate({**CHEAP.model_dump(), "tier": tier})
    found = told(record(DEAR, 400, **needs), record(CHEAP, 400), {"dear": DEAR, "cheap": cheap})
    assert bool(found) == recommended


def test_a_retired_one_and_one_that_config_forgot_are_not_recommended() -> None:
    dear, cheap = record(DEAR, 400), record(CHEAP, 400)
    retired = CHEAP.model_copy(update={"retires": DAY})
    assert told(dear, cheap, {"dear": DEAR, "cheap": retired}) == []
    assert told(dear, cheap, {"dear": DEAR}) == []


def test_what_a_forgotten_model_was_used_for_can_be_saved_still() -> None:
    (found,) = told(record(DEAR, 400), record(CHEAP, 400), {"cheap": CHEAP})
    assert found.model == "dear"


def test_one_that_writes_so_much_more_that_it_costs_as_much() -> None:
    chatty = record(CHEAP, 400)
    longer = replace(
        chatty,
        output=40 * chatty.output,
        output_squares=1600 * chatty.output_squares,
        products=40 * chatty.products,
    )
    assert told(record(DEAR, 400), longer) == []


def test_money_that_failures_cost_is_not_a_saving() -> None:
    usual = record(DEAR, 400)
    (found,) = told(usual, record(CHEAP, 400))
    (dearer,) = told(replace(usual, micro_usd=2 * usual.micro_usd), record(CHEAP, 400))
    assert dearer.saving_usd <= found.saving_usd * Decimal("1.01")


def test_long_inputs_are_priced_at_the_tier_they_may_reach() -> None:
    tiers = {"tiers": [{"above_input_tokens": 1000, "input": "3", "output": "30"}]}
    price = {"input": "0.10", "output": "0.50", **tiers}
    tiered = CloudModel.model_validate({**CHEAP.model_dump(), "price": price})
    assert told(record(DEAR, 400), record(CHEAP, 400), {"dear": DEAR, "cheap": tiered}) == []


def test_what_the_cheaper_one_cannot_do_is_said() -> None:
    dear = DEAR.model_copy(update={"capabilities": ("tools", "images", "json")})
    cheap = CHEAP.model_copy(update={"capabilities": ("json",)})
    (found,) = told(record(DEAR, 400), record(CHEAP, 400), {"dear": dear, "cheap": cheap})
    assert found.why.endswith("tasks that need images, tools stay where they are")


def test_lost_counts_recommend_nothing_wrong() -> None:
    """Counts may be lost or doubled: in time more often than tried is no error of the caller."""
    assert told(record(DEAR, 400, attempts=0, in_time=900), record(CHEAP, 400, attempts=0))


def test_the_best_of_several_and_the_most_first() -> None:
    middle = DEAR.model_copy(
        update={"price": DEAR.price.model_copy(update={"input": Decimal(1), "output": Decimal(5)})}
    )
    models = {"dear": DEAR, "middle": middle, "cheap": CHEAP}
    counts: dict[str, int] = {}
    for name, model in models.items():
        counts |= as_counts("default", name, record(model, 400))
        counts |= as_counts("creative", name, record(model, 400))
    found = recommend(tallies({**counts, "health|openai|calls": 3}), models, DAY)
    assert [(one.task_class, one.model, one.instead) for one in found] == [
        ("creative", "dear", "cheap"), ("default", "dear", "cheap"),
        ("creative", "middle", "cheap"), ("default", "middle", "cheap"),
    ]  # fmt: skip
