"""`kimi status`, and a deployment that cannot be reached."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.fake import HEALTH, Fake


def test_a_healthy_deployment(fake: Fake, kimi: Any) -> None:
    done = kimi("status")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"ok, version 1.2.3, {fake.url}\n")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["ollama", "unreachable", "q", "503"] in lines
    assert ["keys", "ok"] in lines
    assert "resolves_to" not in done.stdout


def test_detailed_adds_what_a_name_resolves_to(fake: Fake, kimi: Any) -> None:
    lines = [line.split() for line in kimi("status", "--detailed").stdout.splitlines()]
    assert ["openai-gpt", "ok", "gpt", "gpt-6", "-", "120", "-"] in lines


def test_what_retires_soon_is_said(fake: Fake, kimi: Any) -> None:
    openai = {**HEALTH["ai_providers"]["openai-gpt"], "warning": "gpt retires on 2027-01-14"}
    providers = {**HEALTH["ai_providers"], "openai-gpt": openai}
    fake.replies["GET /health"] = (200, {**HEALTH, "ai_providers": providers})
    assert "warning: gpt retires on 2027-01-14" in kimi("status").stderr


def test_degraded_is_3_for_people_and_programs(fake: Fake, kimi: Any) -> None:
    fake.replies["GET /health"] = (200, {**HEALTH, "status": "degraded"})
    assert kimi("status").exit_code == 3
    done = kimi("status", "--json")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (3, "degraded")


def test_no_local_cloud_says_make_up(kimi: Any) -> None:
    done = kimi("status")
    assert done.exit_code == 4
    assert "make up" in done.stderr


def test_a_stopped_local_cloud_says_make_up(fake: Fake, kimi: Any) -> None:
    fake.stop()
    done = kimi("status")
    assert done.exit_code == 4
    assert "cannot reach" in done.stderr
    assert "make up" in done.stderr


def test_facts_that_are_no_json_are_told(fake: Fake, kimi: Any, clone: Path) -> None:
    (clone / ".build" / "local.json").write_text("{", encoding="utf-8")
    assert kimi("status").exit_code == 4


def test_another_instance_has_facts_of_its_own(
    fake: Fake, kimi: Any, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / ".build" / "local.json").rename(clone / ".build" / "test.json")
    assert kimi("status").exit_code == 4
    monkeypatch.setenv("LABVERSE_INSTANCE", "test")
    assert kimi("status").exit_code == 0


def test_a_stage_on_aws_needs_a_region_and_says_so(kimi: Any) -> None:
    done = kimi("status", "--stage", "dev")
    assert done.exit_code == 4
    assert "AWS_REGION" in done.stderr


def test_a_stage_on_aws_is_found_through_ssm(
    fake: Fake, kimi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_ENDPOINT_URL": fake.url,
    }.items():
        monkeypatch.setenv(name, value)
    fake.parameters["/labverse/dev/api-url"] = fake.url
    assert kimi("status", "--stage", "dev").exit_code == 0
    done = kimi("status", "--stage", "prod")
    assert done.exit_code == 1
    assert "/labverse/prod/api-url" in done.stderr
    assert "Traceback" not in done.stderr
