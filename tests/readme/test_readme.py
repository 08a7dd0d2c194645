"""The README's commands do what it says: run in order on the tests' own local cloud, last of all.

A block marked `needs-aws` or `needs-docker` is only parsed. `make check` and `make test` are what
runs this; they are not run inside themselves.
"""

import json
import re
import socket
import subprocess
from typing import NamedTuple

import pytest

from tests.cloud import INSTANCE, ROOT, Deployed, environment
from tests.infra.places import CAPABILITIES

README = (ROOT / "README.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    """One fenced block of shell; `needs` says what it cannot run without."""

    needs: str
    text: str


BLOCKS = [
    Block(needs.strip(), text)
    for needs, text in re.findall(r"^```bash *([\w-]*)\n(.*?)^```$", README, re.M | re.S)
]


def bash(text: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "-euo", "pipefail", *options, "-c", text],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.text.splitlines()[0][:50])
def test_every_block_is_shell(block: Block) -> None:
    assert block.needs in ("", "needs-aws", "needs-docker"), f"what is {block.needs!r}?"
    parsed = bash(block.text, "-n")
    assert parsed.returncode == 0, parsed.stderr


def test_every_command_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(
        re.findall(
            r"\bmake (?:--silent )?([a-z]+)", re.sub(r"\n```text.*?```", "", README, flags=re.S)
        )
    ):
        assert re.search(rf"^{target}:.*##", makefile, re.M), f"README names `make {target}`"


def test_the_capability_table_tells_the_truth() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| [^|]+\| (\*\*here\*\*|not yet)", README, re.M))
    here = {word for word, state in rows.items() if state != "not yet"}
    assert here == {capability.word for capability in CAPABILITIES}


def test_the_commands_run_as_they_are_shown(deployed: Deployed) -> None:
    facts = deployed.facts
    # One shell, because a reader has one: what the first block exports, the next one uses.
    script = "\n".join(
        f"echo '--- {n}'\n{block.text}" for n, block in enumerate(BLOCKS) if not block.needs
    )
    ran = bash(script)
    failed = BLOCKS[int(re.findall(r"--- (\d+)$", ran.stdout, re.M)[-1])].text
    said = f"{ran.stdout[-1500:]}\n{ran.stderr[-1500:]}"
    assert ran.returncode == 0, f"README.md: a command fails in this block:\n{failed}\n{said}"
    outputs = ran.stdout.split("--- ")
    assert "answer    " in outputs[1]
    answer = json.loads(outputs[2].split("\n", 1)[1])
    example = json.loads(re.findall(r"^```json\n(.*?)^```$", README, re.M | re.S)[0])
    assert answer.keys() == example.keys(), "the example in the README has other members"
    assert "Paris" in answer["text"]
    assert '"status":"ok"' in outputs[3]
    for url in (facts["aws_endpoint_url"], facts["model_url"]):
        host, port = re.findall(r"//([\d.]+):(\d+)", url)[0]
        with socket.socket() as probe:
            assert probe.connect_ex((host, int(port))) != 0, f"{url} still listens after make down"
    left = list((ROOT / ".build" / INSTANCE / "pids").glob("*.json"))
    assert left == [], f"make down left {left}"
