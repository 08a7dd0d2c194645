"""A local model that is not up: what is said, and that somebody is told to start it."""

import pytest

from labverse.kernel.errors import Unavailable
from labverse.route.events import FallbackRequested, TaskRouted
from labverse.route.service import AnswerTask
from tests.unit.route.fakes import ASK, CLOUD, CONFIG, FakeAnnouncer, FakeKeys, World


def test_it_says_warming_and_when_to_ask_again_and_starts_it_once() -> None:
    announcer, world = FakeAnnouncer(), World().sick("server_error", *CLOUD)
    world.sick("warming", "ollama")
    with pytest.raises(Unavailable) as caught:
        AnswerTask(world.router, announcer)(ASK, "trace")
    assert (caught.value.extra["state"], caught.value.retry_after) == (
        "warming",
        CONFIG.warming_retry_s,
    )
    (event,) = announcer.events
    assert isinstance(event, FallbackRequested)
    assert (event.trace_id, event.model) == ("trace", "small")
    assert "France" not in event.model_dump_json()


def test_a_local_model_that_is_down_for_good_is_not_said_to_warm() -> None:
    announcer, world = FakeAnnouncer(), World(keys=FakeKeys()).sick("unreachable", "ollama")
    with pytest.raises(Unavailable) as caught:
        AnswerTask(world.router, announcer)(ASK, "trace")
    assert "state" not in caught.value.extra
    assert caught.value.retry_after is None
    assert announcer.events == []


def test_nobody_starts_it_while_a_provider_answers() -> None:
    announcer, world = FakeAnnouncer(), World().sick("warming", "ollama")
    AnswerTask(world.router, announcer)(ASK, "trace")
    (event,) = announcer.events
    assert isinstance(event, TaskRouted)
