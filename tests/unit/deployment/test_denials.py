"""A synth that the policies ended says which rule, where and how to mend it, and nothing else."""

from pathlib import Path

import pytest

from infra_cdk.deployment.denials import denials, explained
from infra_cdk.local.problems import Problem

LOG = """$ cdk synth -q
ERROR AlarmActions: nobody hears of this alarm (CloudFormation Validate)
   Labverse-prod-data/Mute/Resource (MuteDC543527) aws-cdk-lib.aws_cloudwatch.CfnAlarm
   Suggested fix: let it publish to the stage's topic: infra_cdk.constructs.alarm
   Acknowledge with 'CloudFormation-Validate::LV-AlarmWithoutAction'

WARNING qwen-turbo is retired (Construct Annotations)
   Labverse-prod-service

ERROR The S3 Bucket has server access logs disabled. (AwsSolutions)
   Labverse-prod-data/Open aws-cdk-lib.aws_s3.CfnBucket
   Acknowledge with 'AwsSolutions::AwsSolutions-S1'

Synthesis finished with errors
"""
FAILURE = Problem("cdk synth failed with exit code 1; last lines …", "read the error above")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "prod-synth.log"


def test_findings_take_the_place_of_the_last_lines(log: Path) -> None:
    log.write_text(LOG, encoding="utf-8")
    told = str(explained(FAILURE, log))
    assert "LV-AlarmWithoutAction" in told
    assert "Labverse-prod-data/Mute" in told
    assert "AwsSolutions-S1" in told
    assert "retired" not in told
    assert "reasons.py" in told


def test_many_are_counted(log: Path) -> None:
    log.write_text("\n\n".join(f"ERROR number {n}\n   place" for n in range(30)), encoding="utf-8")
    told = str(explained(FAILURE, log))
    assert "number 19" in told
    assert "number 20" not in told
    assert "and 10 more" in told


@pytest.mark.parametrize("text", ["", "Traceback\nValueError: no such stage\n", None])
def test_another_failure_stays_as_it_is(text: str | None, log: Path) -> None:
    if text is not None:
        log.write_text(text, encoding="utf-8")
    assert denials(log) == []
    assert explained(FAILURE, log) is FAILURE
