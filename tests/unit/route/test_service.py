"""The router: the first candidate that can, within the deadline, and the truth about the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.route.models import AnalyzeRequest, Answer, Outcome
from labverse.route.service import AnswerTask, Router, choose, output_limit
from tests.unit.route.fakes import ASK, CONFIG, FakeAnnouncer, router

FAILURES: list[Outcome] = [
    "timeout", "unreachable", "rate_limited", "server_error", "rejected", "bad_response", "empty",
]  # fmt: skip
OUTCOMES = st.sampled_from([*FAILURES, "ok", "context_exceeded"])


def attempt(made: Router) -> Answer | Unavailable | InvalidInput:
    try:
        return made.answer(ASK)
    except (Unavailable, InvalidInput) as error:
        return error


def test_the_first_candidate_answers() -> None:
    made, models = router()
    answer = made.answer(ASK, "trace")
    assert (answer.text, answer.model, answer.trace_id) == ("Paris", "big-really", "trace")
    assert (answer.latency_ms, answer.sla_met, answer.cost_usd) == (100, True, Decimal(0))
    assert [call.temperature for call in models.calls] == [0.6]


@pytest.mark.parametrize("failure", FAILURES)
def test_any_failure_moves_to_the_next(failure: Outcome) -> None:
    answer = router({"big": failure})[0].answer(ASK)
    assert [(tried.model, tried.outcome) for tried in answer.attempts] == [
        ("big", failure),
        ("small", "ok"),
    ]
    assert answer.model == "small-really"


@given(st.lists(OUTCOMES, min_size=2, max_size=2), st.floats(0, 30))
def test_every_outcome_ends_in_an_answer_or_a_typed_error(
    outcomes: list[Outcome], seconds: float
) -> None:
    made, models = router(dict(zip(["big", "small"], outcomes, strict=True)), seconds=seconds)
    result = attempt(made)
    if isinstance(result, Unavailable):
        tried = result.extra["attempts"]
        assert len(tried) == len(models.calls)
        assert all(item["outcome"] != "ok" for item in tried)
    elif isinstance(result, InvalidInput):
        assert [item.field for item in result.fields] == ["text"]
    else:
        assert result.attempts[-1].outcome == "ok"
        assert result.sla_met == (result.latency_ms <= CONFIG.max_latency_ms)
    assert all(call.seconds > 0 for call in models.calls)


def test_no_attempt_begins_after_the_hard_deadline() -> None:
    made, models = router({"big": "timeout"}, seconds=26)
    with pytest.raises(Unavailable):
        made.answer(ASK)
    assert [call.model for call in models.calls] == ["big"]


def test_a_late_answer_is_returned_and_says_so() -> None:
    answer = router(seconds=3)[0].answer(ASK)
    assert (answer.text, answer.sla_met) == ("Paris", False)
    patient = ASK.model_copy(update={"max_latency_ms": 3000})
    assert router(seconds=3)[0].answer(patient).sla_met


def test_a_named_model_is_the_only_one_tried_and_the_other_says_why() -> None:
    made, models = router()
    answer = made.answer(ASK.model_copy(update={"model": "small"}))
    assert [call.model for call in models.calls] == ["small"]
    assert [(refused.model, refused.reason) for refused in answer.refused] == [
        ("big", "another model was asked for")
    ]


def test_an_unknown_model_is_the_callers_mistake_and_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"model: 'gpt-9' is not served.*big, small"):
        router()[0].answer(ASK.model_copy(update={"model": "gpt-9"}))


def test_a_prompt_that_fits_nowhere_is_the_callers_mistake() -> None:
    made, _ = router({"big": "context_exceeded", "small": "context_exceeded"})
    with pytest.raises(InvalidInput, match="text: longer than the largest context window, 32768"):
        made.answer(ASK)


def test_with_no_model_at_all_it_says_so() -> None:
    with pytest.raises(Unavailable, match="no model is configured"):
        router(candidates=())[0].answer(ASK)


@given(st.integers(1, 32_768), st.integers(1, 200), st.floats(0.001, 25))
def test_a_model_is_never_asked_for_more_than_it_can_write_in_time(
    asked: int, speed: int, seconds: float
) -> None:
    limit = output_limit(asked, speed, seconds)
    assert 1 <= limit <= asked
    assert limit == 1 or limit / speed <= seconds


@given(st.sampled_from([None, "big", "small", "other"]))
def test_every_candidate_is_ranked_or_refused_exactly_once(model: str | None) -> None:
    ranking = choose(AnalyzeRequest(text="x", model=model), CONFIG.edge_local)
    ordered = [item.model for item in ranking.order]
    refused = [item.model for item in ranking.refused]
    assert sorted(ordered + refused) == ["big", "small"]


def test_the_answer_is_announced_without_prompt_or_text() -> None:
    announcer = FakeAnnouncer()
    answer = AnswerTask(router()[0], announcer)(ASK, "trace")
    (event,) = announcer.events
    assert (event.trace_id, event.model, event.event_id) == ("trace", answer.model, "new-id")
    assert event.attempts == answer.attempts
    said = event.model_dump_json()
    assert "France" not in said
    assert "Paris" not in said


def test_what_was_not_answered_is_not_announced() -> None:
    announcer = FakeAnnouncer()
    with pytest.raises(Unavailable):
        AnswerTask(router(candidates=())[0], announcer)(ASK, "trace")
    assert announcer.events == []
