"""The whole router in one process over real HTTP, among providers that fall sick on demand."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from infra_cdk.config import ROOT
from infra_cdk.local.faults.book import KINDS
from infra_cdk.local.faults.server import FaultServer
from labverse.kernel.errors import Unavailable
from labverse.library import router
from labverse.route.chat import Chat
from labverse.route.models import AnalyzeRequest, Work
from labverse.route.router import Router

ASK = AnalyzeRequest(text="What is the capital of France?")
CLOUD = ("dashscope", "openai", "anthropic", "moonshot")
SICK = [(name,) for name in CLOUD[:3]] + list(combinations(CLOUD[:3], 2))


class Fleet:
    """Stand-ins for every provider, and a new router per test: each first request is cold."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def router(self, *, local: bool = True) -> Router:
        config = yaml.safe_load((ROOT / "config" / "ai_providers.yaml").read_text(encoding="utf-8"))
        for name, provider in config["providers"].items():
            provider["base_url"] = f"{self.url}/{name}/v1"
        if local:
            config["providers"]["ollama"] = {"api": "openai", "base_url": f"{self.url}/ollama/v1"}
        path = self.folder / "providers.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        return router(path, dict.fromkeys((*CLOUD, "ollama"), "key"))

    def fall_sick(self, fault: str, *names: str, **more: Any) -> None:
        for name in names:
            body = {"provider": name, "fault": fault, **more}
            httpx.post(f"{self.url}/_faults", json=body, trust_env=False).raise_for_status()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    server = FaultServer(0)
    server.start()
    yield Fleet(server.url, tmp_path)
    server.stop()


def test_the_primary_answers_when_all_are_well(fleet: Fleet) -> None:
    answer = fleet.router().answer(ASK)
    assert (answer.text, answer.provider, answer.model) == (
        "Paris",
        "dashscope",
        "qwen3.8-flash (stand-in)",
    )
    assert answer.cost_usd > 0


@pytest.mark.parametrize("fault", [kind for kind in KINDS if kind != "wrong_json"])
def test_any_one_or_two_sick_still_meet_the_sla_on_the_first_request(
    fleet: Fleet, fault: str
) -> None:
    for names in SICK:
        httpx.delete(f"{fleet.url}/_faults", trust_env=False).raise_for_status()
        fleet.fall_sick(fault, *names, **({"seconds": 3} if fault == "slow" else {}))
        answer = fleet.router().answer(ASK)
        assert answer.text == "Paris"
        assert answer.sla_met, f"{names} {fault}: {answer.attempts}"
        assert answer.provider not in names


def test_prose_where_json_was_asked_is_no_answer(fleet: Fleet) -> None:
    fleet.fall_sick("wrong_json", "dashscope", "openai")
    work = Work(chat=Chat.of(ASK.text).model_copy(update={"json_schema": {}}))
    answer = fleet.router().run(work).answer
    assert [attempt.outcome for attempt in answer.attempts] == [
        "wrong_format",
        "wrong_format",
        "ok",
    ]


def test_all_slow_is_answered_late_and_charged_once(fleet: Fleet) -> None:
    fleet.fall_sick("slow", *CLOUD, seconds=3)
    answer = fleet.router(local=False).answer(ASK)
    assert (answer.text, answer.sla_met) == ("Paris", False)
    assert [attempt.cost_usd > 0 for attempt in answer.attempts].count(True) == 1


def test_every_provider_down_leaves_the_local_model_and_without_one_the_attempts(
    fleet: Fleet,
) -> None:
    fleet.fall_sick("500", *CLOUD)
    assert fleet.router().answer(ASK).provider == "ollama"
    with pytest.raises(Unavailable) as caught:
        fleet.router(local=False).answer(ASK)
    assert [attempt["outcome"] for attempt in caught.value.extra["attempts"]] == [
        "server_error"
    ] * 4


def test_a_hard_prompt_goes_to_a_strong_model_and_an_easy_one_to_the_cheapest(
    fleet: Fleet,
) -> None:
    router = fleet.router()
    hard = "Design an algorithm to optimize a rate limiter; analyze its complexity, compare"
    hard += " tradeoffs, explain why, and prove that it is correct under these constraints."
    answer = router.answer(AnalyzeRequest(text=hard))
    assert answer.complexity > 0.85
    assert answer.provider == "anthropic"
    assert answer.attempts[0].why.startswith("the cheapest left that is good enough")
    assert router.answer(ASK).provider == "dashscope"


def test_a_provider_that_became_slow_is_overtaken_and_then_passed_over(fleet: Fleet) -> None:
    router = fleet.router()
    for _ in range(12):
        assert router.answer(ASK).provider == "dashscope"
    for name in ("openai", "moonshot"):
        for _ in range(3):
            router.answer(ASK.model_copy(update={"model": _alias(router, name)}))
    fleet.fall_sick("slow", "dashscope", seconds=2)
    answers = [router.answer(ASK) for _ in range(8)]
    assert all(answer.sla_met for answer in answers), [answer.attempts for answer in answers]
    assert [answer.provider for answer in answers[-3:]] == ["openai"] * 3
    assert len(answers[-1].attempts) == 1, "nobody asks the slow one any more"


def _alias(router: Router, provider: str) -> str:
    served = router.models(router.clock.now())
    return next(model.id for model in served if model.provider == provider)
