"""cfn-lint has nothing against the templates of either target."""

import json
import subprocess
import sys
from pathlib import Path

from tests.infra.assembly import Assembly

# Rule → why it is not ours to fix.
IGNORED = {
    "W3005": "CDK writes DependsOn beside a GetAtt on purpose: it waits for a role's policies too",
}
REGION = "eu-west-1"


def test_cfn_lint_finds_nothing(local: Assembly, aws: Assembly) -> None:
    folders = (local.folder, aws.folder)
    templates = sorted(path for folder in folders for path in folder.glob("*.template.json"))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json"]
    command += [
        "--regions",
        REGION,
        "--ignore-checks",
        *IGNORED,
        "--template",
        *map(str, templates),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [
        f"{'/'.join(Path(hit['Filename']).parts[-2:])} {hit['Rule']['Id']} "
        f"{'/'.join(map(str, hit['Location']['Path'] or []))}: {hit['Message']}"
        for hit in json.loads(run.stdout or "[]")
    ]
    told = "\n".join(found) + run.stderr
    assert not found, f"fix it, or write the reason into IGNORED of this file:\n{told}"
    assert run.returncode == 0, told
