"""Which stage a command is about, and the clear words of each refusal."""

from pathlib import Path

import pytest

from infra_cdk.deployment import account, destroy, diff
from infra_cdk.deployment.assembly import Stack
from infra_cdk.deployment.stage import Stage, named
from infra_cdk.local.problems import Problem


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no credentials of whoever runs the tests."""
    for name in ("LABVERSE_TARGET", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_PROFILE", "YES"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def stage(tmp_path: Path, protected: bool = False) -> Stage:
    """Stage dev with two stacks of no template, so that nothing is synthesized."""
    found = Stage("dev", "aws")
    template = tmp_path / "t.json"
    template.write_text(
        '{"Resources": {"K": {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain"},'
        ' "T": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete"}}}'
    )
    stacks = [
        Stack("Labverse-dev-data", "us-east-1", template, protected),
        Stack("Labverse-dev-service", "us-east-1", template, False),
    ]
    found.__dict__.update(stacks=stacks, assembly=tmp_path)  # what cached_property would keep
    return found


@pytest.mark.parametrize("name", ["", "local", "staging", "Dev"])
def test_a_stage_that_is_none(name: str) -> None:
    with pytest.raises(Problem, match="STAGE=dev or STAGE=prod"):
        named(name)


def test_a_target_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABVERSE_TARGET", "gcp")
    with pytest.raises(Problem, match="aws or local"):
        named("dev")
    monkeypatch.setenv("LABVERSE_TARGET", "local")
    with pytest.raises(Problem, match="make up"):
        named("dev")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert named("prod") == Stage("prod", "local")


def test_without_credentials_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="AWS does not know who you are") as caught:
        account.check(stage(tmp_path))
    assert "aws sso login" in caught.value.next_step


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_region_that_is_not_the_stages(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "eu-west-1")
    with pytest.raises(Problem, match="us-east-1, but AWS") as caught:
        account.check(stage(tmp_path))
    assert f"unset {name}" in caught.value.next_step


def test_what_stays_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, service = stage(tmp_path, protected=True).stacks
    assert destroy.retained(data) == ["AWS::DynamoDB::Table T", "AWS::KMS::Key K"]
    assert destroy.retained(service) == ["AWS::KMS::Key K"]


@pytest.mark.parametrize("typed", ["", "prod", "DEV", "yes"])
def test_nothing_goes_before_the_name_is_typed(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: typed)
    with pytest.raises(Problem, match="nothing was deleted"):
        destroy.confirm(stage(tmp_path), "1")
    monkeypatch.setattr("builtins.input", lambda _: " dev ")
    destroy.confirm(stage(tmp_path), "1")


def test_nobody_to_ask_is_a_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    with pytest.raises(Problem, match="YES=1"):
        destroy.confirm(stage(tmp_path), "1")
    monkeypatch.setenv("YES", "1")
    destroy.confirm(stage(tmp_path), "1")


def test_a_diff_without_an_account_says_what_it_compares_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[tuple[object, ...]] = []
    monkeypatch.setattr(diff, "cdk", lambda _stage, *argv, **_: ran.append(argv))
    monkeypatch.setattr(Stage, "deployed", tmp_path / "deployed")
    found = stage(tmp_path)
    diff.diff(found)
    assert [argv[-1] for argv in ran] == [tmp_path / "deployed" / "nothing.json"] * 2
    assert "with nothing: all is new" in capsys.readouterr().out
    last = tmp_path / "deployed" / "t.json"
    last.write_text("{}")
    ran.clear()
    diff.diff(found)
    assert [argv[-1] for argv in ran] == [last] * 2
    assert "what this clone deployed last" in capsys.readouterr().out
