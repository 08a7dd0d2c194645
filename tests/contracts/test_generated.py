"""Files made from code are the ones in the tree; a stale or orphaned one is named."""

from pathlib import Path

import pytest

from infra_cdk import generate

README = "README.md"
FILES = sorted(generate.generated())


def test_nothing_is_stale() -> None:
    stale = generate.stale()
    assert not stale, f"{stale} differ from the code: run `make generate` and commit them"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fresh generated files in a folder that a test may spoil."""
    for path, text in generate.generated().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.stale() == []
    return tmp_path


@pytest.mark.parametrize("path", FILES)
def test_an_altered_file_is_named(path: str, copy: Path) -> None:
    text = (copy / path).read_text(encoding="utf-8")
    # Of the README only the tables between markers are made.
    old = "<!-- routes -->\n" if path == README else "# " if path.endswith(".md") else "{"
    new = f"{old}x"
    assert old in text
    (copy / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert generate.stale() == [path]


@pytest.mark.parametrize("path", [path for path in FILES if path != README])
def test_a_missing_file_is_named(path: str, copy: Path) -> None:
    (copy / path).unlink()
    assert generate.stale() == [path]


def test_a_file_that_nothing_makes_any_more_is_named(copy: Path) -> None:
    (copy / "events/schemas/TaskForgotten.v1.json").write_text("{}", encoding="utf-8")
    assert generate.stale() == ["events/schemas/TaskForgotten.v1.json"]
