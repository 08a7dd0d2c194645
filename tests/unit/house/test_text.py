"""What no committed file may hold: registry hosts, and places of one person's machine."""

import re

from tests.infra.tree import ROOT, tracked

# In pieces, so that this file is not a finding itself.
HOSTS = (
    ("pypi", "org"), ("files.pythonhosted", "org"), ("pythonhosted", "org"),
    ("registry.npmjs", "org"), ("npmjs", "com"), ("registry.yarnpkg", "com"),
    ("jfrog", "io"), ("index.docker", "io"), ("proxy.golang", "org"),
)  # fmt: skip
PLACES = ("work", "root", "home", "Users")
HOST = re.compile("|".join(re.escape(".".join(parts)) for parts in HOSTS), re.IGNORECASE)
# A path that begins so, neither a part of a URL nor of another path.
MACHINE = re.compile(r"(?<![\w.$}/\-])/(?:" + "|".join(PLACES) + r")/\S*")
# Word for word what a person types or a program passes on; reasons beside it.
ALLOWED: dict[str, str] = {}


def _text(path: str) -> str:
    raw = (ROOT / path).read_bytes()
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = [
        f"{path}:{number} holds {hit[0]!r}: a {what} must not be committed"
        for path in tracked()
        for number, line in enumerate(_text(path).splitlines(), start=1)
        for what, pattern in (("registry host", HOST), ("path of one machine", MACHINE))
        if (hit := pattern.search(line)) and hit[0] not in ALLOWED
    ]
    assert not found, "\n".join(found)


def test_the_patterns_find_what_they_are_for() -> None:
    for parts in HOSTS:
        assert HOST.search(f"https://{'.'.join(parts)}/simple"), parts
    for place in PLACES:
        assert MACHINE.search(f'cd "/{place}/me/clone"'), place
        assert not MACHINE.search(f"https://example.com/{place}/me"), place
