"""The defaults that constructs promise, read from the synthesized templates."""

import shutil
from typing import Any

import pytest

from infra_cdk.constructs import function as functions_of_ours
from tests.infra.assembly import FUNCTION, Assembly, Resource, synthesized

ALARM = "AWS::CloudWatch::Alarm"
ALARMED = ("Errors", "Throttles", "Duration")


@pytest.fixture(params=["aws", "prod"])
def stage(request: pytest.FixtureRequest) -> Assembly:
    """Both stages as AWS gets them."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Assembly)
    return found


def _retained(stage: Assembly, resource: Resource) -> Any:
    return stage.templates[resource.stack]["Resources"][resource.logical_id].get("DeletionPolicy")


def test_whoever_calls_a_function_calls_its_alias(stage: Assembly) -> None:
    """A snapshot, and a canary later, belong to a version; a bare function has neither."""
    aliases = {a.properties["FunctionName"]["Ref"] for a in stage.resources("AWS::Lambda::Alias")}
    functions = {f.logical_id for f in stage.functions()}
    assert functions <= aliases
    for permission in stage.resources("AWS::Lambda::Permission"):
        called = permission.properties["FunctionName"]
        assert "GetAtt" not in str(called), f"{permission.path} lets somebody call $LATEST"


def test_what_a_person_waits_for_starts_from_a_snapshot(stage: Assembly) -> None:
    answering = {f.logical_id for f in stage.routes().values()}
    for function in stage.functions():
        snapped = function.properties.get("SnapStart") == {"ApplyOn": "PublishedVersions"}
        assert snapped == (function.logical_id in answering), function.path
        layers = str(function.properties["Layers"])
        assert ("TracingLayer" in layers) != snapped, f"{function.path}: SDK and cold budget"


def test_functions_log_json_for_a_while_and_are_traced(stage: Assembly) -> None:
    groups = {g.logical_id: g for g in stage.resources("AWS::Logs::LogGroup")}
    for group in groups.values():
        assert group.properties.get("RetentionInDays"), f"{group.path} keeps its lines for ever"
    for function in stage.functions():
        logging = function.properties["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        assert logging["LogGroup"]["Ref"] in groups
        assert function.properties["TracingConfig"] == {"Mode": "Active"}


def test_every_function_is_alarmed(stage: Assembly) -> None:
    found = {
        (alarm.properties["MetricName"], dimension["Value"].get("Ref"))
        for alarm in stage.resources(ALARM)
        for dimension in alarm.properties["Dimensions"]
        if isinstance(dimension["Value"], dict)
    }
    wanted = {(metric, f.logical_id) for f in stage.functions() for metric in ALARMED}
    assert wanted <= found, f"no alarm for {sorted(wanted - found)}"


def test_alarms_tell_when_they_begin_and_end(stage: Assembly) -> None:
    for alarm in stage.resources(ALARM):
        for actions in ("AlarmActions", "OKActions"):
            assert alarm.properties.get(actions), f"{alarm.path} has no {actions}"
        assert alarm.properties["AlarmDescription"], f"{alarm.path} does not say what to do"


def test_what_spends_cannot_run_away(stage: Assembly) -> None:
    limits = {
        function.path: function.properties.get("ReservedConcurrentExecutions")
        for function in stage.functions()
    }
    assert all(limits[f"Route/{entry}"] for entry in ("Http", "Task")), limits
    assert limits["Observe/Http"] is None, "health must answer when work is throttled"


def test_data_survives_on_prod_and_is_protected(aws: Assembly, prod: Assembly) -> None:
    kinds = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::KMS::Key")
    for stage, policy in ((aws, "Delete"), (prod, "Retain")):
        for resource in stage.resources(*kinds):
            assert _retained(stage, resource) == policy, resource.path
        for table in stage.resources("AWS::DynamoDB::Table"):
            assert table.properties["DeletionProtectionEnabled"] is (stage is prod), table.path
            assert table.properties["SSESpecification"]["SSEType"] == "KMS", table.path
            assert table.properties["TimeToLiveSpecification"]["Enabled"] is True, table.path


def test_one_functions_code_is_one_asset(
    aws: Assembly, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changing one function deploys that one, not all."""
    copy = tmp_path_factory.mktemp("changed") / "functions"
    shutil.copytree(functions_of_ours.FUNCTIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "observe" / "handler.py").open("a", encoding="utf-8") as handler:
        handler.write("# a change\n")
    monkeypatch.setattr(functions_of_ours, "FUNCTIONS", copy)
    changed = synthesized("aws", tmp_path_factory.mktemp("changed"))

    def keys(assembly: Assembly) -> dict[str, str]:
        """What each function and layer is made from."""
        made = assembly.resources(FUNCTION, "AWS::Lambda::LayerVersion")
        return {
            r.path: (r.properties.get("Code") or r.properties["Content"])["S3Key"] for r in made
        }

    before, after = keys(aws), keys(changed)
    assert [path for path in before if before[path] != after[path]] == ["Observe/Http"]
