"""Keys in `.env.local`: only ours are read, however the line is written."""

import pytest

from infra_cdk.local import real_keys


@pytest.mark.parametrize(
    "line",
    ["OPENAI_API_KEY=sk-1", "export OPENAI_API_KEY='sk-1'", '  OPENAI_API_KEY = "sk-1" '],
)
def test_a_key_is_read_however_it_is_written(line: str) -> None:
    assert real_keys.keys(f"# mine\n{line}\nPATH=/bin\n") == {"openai": "sk-1"}


@pytest.mark.parametrize("text", ["", "OPENAI_API_KEY=\n", "# OPENAI_API_KEY=sk-1\n", "OTHER=x\n"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert real_keys.keys(text) == {}
