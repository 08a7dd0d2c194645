"""What each scanner finds, in one form: a rule and a place, explained or not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra_cdk import policies
from infra_cdk.local.environments import ensure
from infra_cdk.policies.reasons import ACCEPTED
from tests.infra.assembly import Assembly
from tests.infra.tree import ROOT

SOURCES = ("layers/shared/python/labverse", "functions", "infra_cdk")
REGION = "us-east-1"
Stages = Mapping[str, Assembly]
# Written by the CLI's own reader of annotations, which are notes to whoever deploys.
_NOTES = "Construct Annotations"


class Finding(NamedTuple):
    """`place` is a construct path without the stage, or a source file."""

    rule: str
    place: str
    told: str = ""
    stage: str = ""

    def accepted(self) -> bool:
        """Whether a row of infra_cdk/policies/reasons.py is about it."""
        return any(row.excuses(self.rule, self.stage) and row.holds(self.place) for row in ACCEPTED)


class _Hit(NamedTuple):
    """As a scanner tells it: a file, something that begins with a logical id, a rule."""

    file: str
    logical_id: object
    rule: str
    told: str


def unexplained(found: Iterable[Finding]) -> str:
    """One line per finding that nobody wrote a reason for."""
    return "\n".join(f"{f.rule} {f.place}: {f.told}" for f in found if not f.accepted())


def at_synth(assembly: Assembly) -> list[Finding]:
    """What cdk-nag and CDK's engine said while this was synthesized, the excused findings too."""
    return list(reported(assembly.folder))


def reported(folder: Path) -> Iterator[Finding]:
    """The same, of any synthesized app."""
    report = json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))
    for plugin in report["pluginReports"]:
        if plugin["pluginName"] == _NOTES:
            continue
        for hit in [*plugin["violations"], *plugin.get("suppressedViolations", [])]:
            for place in hit["violatingConstructs"]:
                path = place.get("constructPath", "?")
                stage = policies.stage_of(path)
                yield Finding(hit["ruleName"], policies.where(path), hit["description"], stage)


def cfn_lint(stages: Stages) -> dict[str, list[Finding]]:
    """What cfn-lint says of every template of each stage; one start of it for all of them."""
    program = Path(sys.executable).with_name("cfn-lint")
    command = [program, "--format", "json", "--regions", REGION, "--template", *_files(stages)]
    hits = json.loads(_run(command) or "[]")
    return _by_stage(
        stages,
        (
            _Hit(
                hit["Filename"],
                (hit["Location"]["Path"] or ["", "?"])[1],
                hit["Rule"]["Id"],
                hit["Message"],
            )
            for hit in hits
        ),
    )


def checkov(stages: Stages) -> dict[str, list[Finding]]:
    """What checkov says of every template of each stage, offline; one start of it as well."""
    command = [ensure("scan") / "bin" / "checkov", "--skip-download", "--quiet", "--compact"]
    command += ["--framework", "cloudformation", "secrets", "-o", "json"]
    reports = json.loads(_run([*command, "-f", *_files(stages)]))
    return _by_stage(
        stages,
        (
            _Hit(
                hit["file_path"],
                hit["resource"].rpartition(".")[2],
                hit["check_id"],
                hit["check_name"],
            )
            for report in (reports if isinstance(reports, list) else [reports])
            for hit in _failed(report)
        ),
    )


def bandit(*folders: Path) -> list[Finding]:
    """What bandit says of `folders`, or of all our Python."""
    command = [ensure("scan") / "bin" / "bandit", "--quiet", "--format", "json", "--recursive"]
    command += [*(folders or SOURCES), "--exclude", "infra_cdk/node_modules"]
    hits = json.loads(_run(command))["results"]
    return [Finding(hit["test_id"], hit["filename"], hit["issue_text"]) for hit in hits]


def _failed(report: dict[str, Any]) -> list[dict[str, Any]]:
    results = report.get("results")
    assert results is not None, f"checkov read nothing: {report}"
    assert not results.get("parsing_errors"), results["parsing_errors"]
    return list(results["failed_checks"])


def _files(stages: Stages) -> list[Path]:
    return [path for stage in stages.values() for path in _templates(stage)]


def _templates(assembly: Assembly) -> list[Path]:
    return sorted(assembly.folder.glob("*.template.json"))


def _by_stage(stages: Stages, hits: Iterable[_Hit]) -> dict[str, list[Finding]]:
    """Each with the construct path of what it is about; no two stages have a file of one name."""
    whose = {path.name: name for name, stage in stages.items() for path in _templates(stage)}
    paths = {key: where for stage in stages.values() for key, where in _paths(stage).items()}
    found: dict[str, list[Finding]] = {name: [] for name in stages}
    for hit in hits:
        file, logical_id = Path(hit.file).name, re.sub(r"\W.*", "", str(hit.logical_id))
        place = paths.get((file, logical_id), "?")
        found[whose[file]].append(Finding(hit.rule, place, hit.told))
    return found


def _paths(assembly: Assembly) -> dict[tuple[str, str], str]:
    """Construct path of each resource, by the name of its template and its logical id."""
    found = {}
    for path in _templates(assembly):
        template = json.loads(path.read_text(encoding="utf-8"))
        for logical_id, resource in template["Resources"].items():
            told = resource.get("Metadata", {}).get("aws:cdk:path", f"?/{logical_id}")
            found[path.name, logical_id] = policies.where(told)
    return found


def _run(command: list[Any]) -> str:
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    # Scanners exit with 1 and more for findings; without an answer something else went wrong.
    assert run.stdout or not run.returncode, f"{command[0]}:\n{run.stderr}"
    return run.stdout
