"""Only wheels whose hashes the lock names are downloaded."""

from __future__ import annotations

import pytest

from infra_cdk.local.problems import Problem
from infra_cdk.local.weights import sources

GOOD, OTHER = "a" * 64, "b" * 64
LOCK = f"model==1.0 \\\n    --hash=sha256:{GOOD}\n"


def pylock(*digests: str) -> str:
    """What uv answers, with one wheel for each digest."""
    wheels = ", ".join(
        f'{{ url = "https://example.invalid/{n}.whl", size = {n + 1}, '
        f'hashes = {{ sha256 = "{digest}" }} }}'
        for n, digest in enumerate(digests)
    )
    return f'[[packages]]\nname = "model"\nwheels = [{wheels}]\n'


def test_the_locked_wheel_is_taken_and_others_are_not() -> None:
    (source,) = sources(pylock(OTHER, GOOD), LOCK)
    assert (source.sha256, source.size, source.name) == (GOOD, 2, "1.whl")


def test_a_registry_without_it_is_a_problem() -> None:
    with pytest.raises(Problem, match="does not offer"):
        sources(pylock(OTHER), LOCK)
