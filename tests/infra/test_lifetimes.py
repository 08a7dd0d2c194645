"""A retired model is warned of at synth; a deployment without a live one is refused."""

from datetime import date

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match

from infra_cdk import lifetimes
from infra_cdk.constructs.layer import route_config
from labverse.route.lifecycle import dead


def test_no_alias_is_dead_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert lifetimes.main(date.today()) == 0, capsys.readouterr().out  # noqa: DTZ011


def test_a_dead_alias_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = route_config()
    models = dict(config.models)
    models["gpt-4o-mini"] = models["gpt-4o-mini"].model_copy(update={"successor": None})
    ended = config.model_copy(update={"models": models})
    monkeypatch.setattr(lifetimes, "route_config", lambda: ended)
    assert lifetimes.main(date(2027, 1, 14)) == 1
    assert "openai-gpt-4o-mini" in capsys.readouterr().out
    assert dead(ended, date(2027, 1, 13)) == []


def test_synth_warns_of_what_answers_in_anothers_name() -> None:
    stack = cdk.Stack(cdk.App(), "S")
    lifetimes.warn(stack, route_config(), date(2026, 11, 23))
    said = Match.string_like_regexp("qwen-turbo is retired; qwen3.8-flash answers instead")
    Annotations.from_stack(stack).has_warning("*", said)


def test_synth_warns_of_what_retires_soon() -> None:
    stack = cdk.Stack(cdk.App(), "S")
    lifetimes.warn(stack, route_config(), date(2026, 11, 24))
    said = Match.string_like_regexp("gpt-4o-mini retires on 2027-01-14, in 51 days")
    Annotations.from_stack(stack).has_warning("*", said)


def test_synth_refuses_a_deployment_in_which_nothing_is_alive() -> None:
    config = route_config()
    gone = {
        name: model.model_copy(update={"retires": date(2020, 1, 1), "successor": None})
        for name, model in config.models.items()
    }
    with pytest.raises(ValueError, match="no routed alias has a live model on 2026-11-23"):
        lifetimes.warn(
            cdk.Stack(cdk.App(), "S"),
            config.model_copy(update={"models": gone}),
            date(2026, 11, 23),
        )
