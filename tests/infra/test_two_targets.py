"""One app, two targets: the same template but for assets and Architecture."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.infra.assembly import Assembly

# The last part of a path where the targets may differ, and what each has there.
MAY_DIFFER = {
    "S3Key": "the digest of an asset",
    "aws:asset:path": "where that asset is",
    "Architectures": "aws: arm64; local: x86_64",
    "CompatibleArchitectures": "the same, of a layer",
}
# The logical id of a function's version ends in a digest, which is of its assets too.
VERSION = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")
MISSING = object()
# The first bytes of a 64-bit ELF file, and the two that name its machine.
ELF_64, ARM_64 = b"\x7fELF\x02", b"\xb7\x00"


def differences(left: Any, right: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two templates differ, outside MAY_DIFFER."""
    if path.rpartition("/")[2] in MAY_DIFFER and MISSING not in (left, right):
        return
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key, MISSING), right.get(key, MISSING), f"{path}/{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, pair in enumerate(zip(left, right, strict=True)):
            yield from differences(*pair, f"{path}/{index}")
    elif left != right:
        yield path, left, right


def _comparable(assembly: Assembly) -> Any:
    return json.loads(VERSION.sub(r"\1", json.dumps(assembly.templates)))


def _shown(value: Any) -> str:
    return "nothing" if value is MISSING else repr(value)[:120]


def test_targets_differ_only_in_assets_and_architecture(local: Assembly, aws: Assembly) -> None:
    found = [
        f"{path}: aws has {_shown(ours)}, local has {_shown(theirs)}"
        for path, ours, theirs in differences(_comparable(aws), _comparable(local))
    ]
    assert not found, "only MAY_DIFFER in this file may depend on the target:\n" + "\n".join(found)


def test_aws_gets_wheels_of_its_platform(aws: Assembly) -> None:
    """A wheel of this machine in the aws layer would only fail once it is deployed."""
    folders = {folder for function in aws.functions() for folder in aws.layers(function)}
    compiled = [(path, folder) for folder in folders for path in folder.rglob("*.so")]
    assert compiled, "no compiled module in the layers: is this test reading the right place?"
    wrong = [
        str(path.relative_to(folder))
        for path, folder in compiled
        if path.read_bytes()[:5] + path.read_bytes()[18:20] != ELF_64 + ARM_64
    ]
    assert not wrong, f"compiled for another platform than arm64: {wrong}"


def test_differences_are_found() -> None:
    left = {"a": {"S3Key": "x", "Timeout": 1, "List": [1, {"S3Key": "k"}]}}
    right = {"a": {"S3Key": "y", "Timeout": 2, "List": [1, {"S3Key": "l", "New": 1}]}}
    paths = [path for path, _, _ in differences(left, right)]
    assert paths == ["/a/List/1/New", "/a/Timeout"]
