"""The commands of README.md and docs/*.md do what it says, last of all.

The README's run in order on the tests' own local cloud; those of another page need none. A block
marked `needs-aws` or `needs-docker` is only parsed. `make check` and `make test` are what runs
this; they are not run inside themselves.
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
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


class Block(NamedTuple):
    """One fenced block of shell; `needs` says what it cannot run without."""

    needs: str
    text: str


def blocks(page: str) -> list[Block]:
    """Every block of shell on a page, in order."""
    found = re.findall(r"^```bash *([\w-]*)\n(.*?)^```$", page, re.M | re.S)
    return [Block(needs.strip(), text) for needs, text in found]


BLOCKS = blocks(README)
EVERYWHERE = [block for page in (README, *PAGES.values()) for block in blocks(page)]


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


@pytest.mark.parametrize("block", EVERYWHERE, ids=lambda block: block.text.splitlines()[0][:50])
def test_every_block_is_shell(block: Block) -> None:
    assert block.needs in ("", "needs-aws", "needs-docker"), f"what is {block.needs!r}?"
    parsed = bash(block.text, "-n")
    assert parsed.returncode == 0, parsed.stderr


@pytest.mark.parametrize("page", ["README.md", *sorted(PAGES)])
def test_every_command_that_is_named_exists(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = re.sub(r"\n```text.*?```", "", PAGES.get(page, README), flags=re.S)
    for target in set(re.findall(r"\bmake (?:--silent )?([a-z]+)", text)):
        assert re.search(rf"^{target}:.*##", makefile, re.M), f"{page} names `make {target}`"


@pytest.mark.parametrize("page", [name for name in sorted(PAGES) if blocks(PAGES[name])])
def test_the_commands_of_another_page_run(page: str) -> None:
    script = "\n".join(block.text for block in blocks(PAGES[page]) if not block.needs)
    ran = bash(script)
    assert ran.returncode == 0, f"docs/{page}:\n{ran.stdout[-1500:]}\n{ran.stderr[-1500:]}"


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_leads_somewhere(page: str) -> None:
    wanted = re.findall(r"\]\((?!https?:|#)([^)#]+)", PAGES[page])
    missing = [link for link in wanted if not (ROOT / "docs" / link).exists()]
    assert not missing, f"docs/{page} links to {missing}"


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
