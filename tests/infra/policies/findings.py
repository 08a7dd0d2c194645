"""What each scanner finds, in one form: a rule and a place, explained or not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from infra_cdk import policies
from infra_cdk.local.environments import ensure
from infra_cdk.policies.reasons import ACCEPTED
from tests.infra.assembly import Assembly
from tests.infra.tree import ROOT

SOURCES = ("layers/shared/python/labverse", "functions", "infra_cdk")
REGION = "us-east-1"
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


def cfn_lint(assembly: Assembly) -> list[Finding]:
    """What cfn-lint says of every template."""
    program = Path(sys.executable).with_name("cfn-lint")
    command = [program, "--format", "json", "--regions", REGION, "--template", *_files(assembly)]
    paths = _paths(assembly)
    return [
        Finding(
            hit["Rule"]["Id"],
            paths.get(_key(hit["Filename"], (hit["Location"]["Path"] or ["", "?"])[1]), "?"),
            hit["Message"],
        )
        for hit in json.loads(_run(command) or "[]")
    ]


def checkov(assembly: Assembly) -> list[Finding]:
    """What checkov says of every template, offline."""
    command = [ensure("scan") / "bin" / "checkov", "--skip-download", "--quiet", "--compact"]
    command += ["--framework", "cloudformation", "secrets", "-o", "json"]
    reports = json.loads(_run([*command, "-f", *_files(assembly)]))
    paths = _paths(assembly)
    return [
        Finding(
            hit["check_id"],
            paths.get(_key(hit["file_path"], hit["resource"].rpartition(".")[2]), "?"),
            hit["check_name"],
        )
        for report in (reports if isinstance(reports, list) else [reports])
        for hit in _failed(report)
    ]


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


def _files(assembly: Assembly) -> list[Path]:
    return sorted(assembly.folder.glob("*.template.json"))


def _paths(assembly: Assembly) -> dict[tuple[str, str], str]:
    """Construct path of each resource, by the name of its template and its logical id."""
    found = {}
    for path in _files(assembly):
        template = json.loads(path.read_text(encoding="utf-8"))
        for logical_id, resource in template["Resources"].items():
            told = resource.get("Metadata", {}).get("aws:cdk:path", f"?/{logical_id}")
            found[path.name, logical_id] = policies.where(told)
    return found


def _key(file: str, logical_id: object) -> tuple[str, str]:
    return Path(file).name, re.sub(r"\W.*", "", str(logical_id))


def _run(command: list[Any]) -> str:
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    # Scanners exit with 1 and more for findings; without an answer something else went wrong.
    assert run.stdout or not run.returncode, f"{command[0]}:\n{run.stderr}"
    return run.stdout
