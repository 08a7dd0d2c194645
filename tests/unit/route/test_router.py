"""The router: the first candidate that can, within two clocks, and the truth about the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.route.chat import Chat, ImagePart, Message, TextPart, Tool
from labverse.route.complexity import score
from labverse.route.errors import UnknownModel
from labverse.route.events import TaskRouted
from labverse.route.models import Outcome, Work
from labverse.route.ports import Routed
from labverse.route.service import AnswerTask
from tests.unit.route.fakes import ASK, CLOUD, CONFIG, FakeAnnouncer, FakeKeys, World

FAILURES: list[Outcome] = [
    "timeout", "unreachable", "rate_limited", "quota_exhausted", "overloaded", "server_error",
    "unauthorized", "rejected", "bad_response", "truncated", "empty", "wrong_format",
]  # fmt: skip
OUTCOMES = st.sampled_from([*FAILURES, "ok", "context_exceeded"])


def test_the_first_candidate_answers_and_is_paid() -> None:
    world = World()
    answer = world.router.answer(ASK, "trace")
    assert (answer.text, answer.provider, answer.model) == ("Paris", "alpha", "alpha-1-really")
    assert (answer.latency_ms, answer.sla_met, answer.trace_id) == (100, True, "trace")
    assert answer.cost_usd == Decimal("0.000140")
    assert [call.temperature for call in world.fleet["alpha"].calls] == [0.6]


@pytest.mark.parametrize("failure", FAILURES)
def test_any_failure_moves_to_the_next(failure: Outcome) -> None:
    answer = World().sick(failure, "alpha").router.answer(ASK)
    assert [(tried.provider, tried.outcome) for tried in answer.attempts] == [
        ("alpha", failure),
        ("beta", "ok"),
    ]


@pytest.mark.parametrize("sick", [("alpha",), ("beta",), ("alpha", "beta"), ("beta", "gamma")])
@pytest.mark.parametrize("failure", [*FAILURES, None])
def test_one_or_two_sick_and_a_healthy_one_meet_the_sla(
    sick: tuple[str, ...], failure: Outcome | None
) -> None:
    world = World().slow(0.3, *CLOUD)
    if failure is None:  # they hang
        world.slow(1000, *sick)
    else:
        world.sick(failure, *sick)
    answer = world.router.answer(ASK)
    assert answer.sla_met, answer.attempts
    assert answer.provider not in sick


def test_when_all_are_slow_the_last_hope_is_waited_for_and_one_is_charged() -> None:
    world = World().slow(3, *CLOUD)
    answer = world.router.answer(ASK)
    assert (answer.text, answer.sla_met) == ("Paris", False)
    assert [attempt.cost_usd > 0 for attempt in answer.attempts].count(True) == 1
    assert answer.latency_ms < 4000


def test_without_keys_the_local_model_has_all_the_time_there_is() -> None:
    world = World(keys=FakeKeys()).slow(20, "ollama")
    answer = world.router.answer(ASK)
    assert (answer.provider, answer.sla_met) == ("ollama", False)
    assert answer.cost_usd == 0
    reasons = {refused.model: refused.reason for refused in answer.refused}
    assert reasons["first"] == "not configured: alpha has no key"


def test_unreadable_keys_leave_the_local_model() -> None:
    answer = World(keys=FakeKeys(down=True)).router.answer(ASK)
    assert answer.provider == "ollama"
    assert answer.refused[0].reason == "the keys of providers cannot be read"


def test_no_attempt_begins_after_the_hard_deadline() -> None:
    world = World().slow(1000, *CLOUD, "ollama")
    with pytest.raises(Unavailable):
        world.router.answer(ASK)
    assert world.clock.seconds == pytest.approx(CONFIG.hard_deadline_ms / 1000)


@given(
    st.lists(OUTCOMES, min_size=4, max_size=4), st.lists(st.floats(0, 30), min_size=4, max_size=4)
)
def test_every_fleet_ends_in_an_answer_or_a_typed_error_in_time(
    outcomes: list[Outcome], seconds: list[float]
) -> None:
    world = World()
    for name, outcome, slow in zip((*CLOUD, "ollama"), outcomes, seconds, strict=True):
        world.sick(outcome, name, seconds=slow)
    result = attempt(world)
    assert world.clock.seconds <= CONFIG.hard_deadline_ms / 1000 + 1e-6
    if isinstance(result, Unavailable):
        assert len(result.extra["attempts"]) == len(world.recorder.spans)
    elif isinstance(result, InvalidInput):
        assert [item.field for item in result.fields] == ["text"]
    else:
        assert result.answer.attempts[-1].outcome == "ok"
        assert result.answer.cost_usd == sum(span.cost_usd for span in world.recorder.spans)


def attempt(world: World) -> Routed | Unavailable | InvalidInput:
    try:
        return world.router.run(ASK.as_work())
    except (Unavailable, InvalidInput) as error:
        return error


@pytest.mark.parametrize("name", ["second", "beta-1"])
def test_a_named_model_is_the_only_one_tried(name: str) -> None:
    world = World()
    answer = world.router.answer(ASK.model_copy(update={"model": name}))
    assert world.asked() == ["beta"]
    assert {refused.reason for refused in answer.refused} == {"another model was asked for"}


def test_an_unknown_model_is_the_callers_mistake_and_names_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"model: 'gpt-9' is not served.*first.*small"):
        World().router.answer(ASK.model_copy(update={"model": "gpt-9"}))


def test_a_prompt_that_fits_nowhere_is_the_callers_mistake() -> None:
    world = World(keys=FakeKeys())
    with pytest.raises(InvalidInput, match="text: the prompt is longer than its 4096 tokens"):
        world.router.answer(ASK.model_copy(update={"text": "word " * 20_000}))
    assert world.asked() == []
    with pytest.raises(InvalidInput, match="text: longer than the largest context window"):
        World().sick("context_exceeded", *CLOUD, "ollama").router.answer(ASK)


def test_with_no_model_at_all_it_says_so() -> None:
    with pytest.raises(Unavailable, match="no model can be asked"):
        World(keys=FakeKeys(), local=()).router.answer(ASK)


def test_a_candidate_that_cannot_serve_a_need_is_refused_with_it() -> None:
    picture = Message(role="user", parts=(ImagePart(url="https://example.com/x.png"),))
    world = World()
    routed = world.router.run(Work(chat=Chat(messages=(picture,), tools=(Tool(name="f"),))))
    assert world.asked() == ["beta"]
    reasons = {refused.model: refused.reason for refused in routed.answer.refused}
    assert reasons["first"] == "it cannot serve: images"
    assert reasons["small"] == "it cannot serve: images, tools"


def test_every_attempt_is_recorded_with_the_refusals() -> None:
    world = World(keys=FakeKeys("alpha", "beta")).sick("rate_limited", "alpha")
    world.router.answer(ASK, "trace")
    first, second = world.recorder.spans
    assert (first.outcome, first.cost_source, first.trace_id) == ("rate_limited", "none", "trace")
    assert (second.outcome, second.cost_source, second.finish) == ("ok", "provider", "stop")
    assert [refused.model for refused in second.refused] == ["third"]


def test_the_answer_is_announced_without_prompt_or_text() -> None:
    announcer, world = FakeAnnouncer(), World()
    answer = AnswerTask(world.router, announcer)(ASK, "trace")
    (event,) = announcer.events
    assert isinstance(event, TaskRouted)
    assert (event.trace_id, event.model, event.attempts) == ("trace", answer.model, answer.attempts)
    said = event.model_dump_json()
    assert "France" not in said
    assert "Paris" not in said


def test_what_was_not_answered_is_not_announced() -> None:
    announcer = FakeAnnouncer()
    with pytest.raises(Unavailable):
        AnswerTask(World(keys=FakeKeys(), local=()).router, announcer)(ASK, "trace")
    assert announcer.events == []


def test_an_answer_says_how_complex_the_users_words_were() -> None:
    easy = Message(role="user", parts=(TextPart(text="Who wrote Hamlet?"),))
    hard = Message(role="system", parts=(TextPart(text="Prove 3 of 4 theorems, and why. " * 9),))
    alone, instructed = (
        World().router.run(Work(chat=Chat(messages=messages), task_class="default")).answer
        for messages in ((easy,), (hard, easy))
    )
    assert alone.complexity == instructed.complexity == score("Who wrote Hamlet?")
