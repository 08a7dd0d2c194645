"""Ports: two that look at the same moment never get the same block."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from infra_cdk.local import ports
from infra_cdk.local.problems import Problem


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("LABVERSE_PORT", raising=False)


def test_a_second_claim_gets_another_block() -> None:
    with ports.claim(None, in_use=False) as first, ports.claim(None, in_use=False) as second:
        assert abs(first - second) >= ports.BLOCK


def test_a_block_is_free_again_afterwards() -> None:
    with ports.claim(None, in_use=False) as first:
        pass
    with ports.claim(first, in_use=False) as again:
        assert again == first


def test_a_block_with_a_listener_is_passed_over() -> None:
    with ports.claim(None, in_use=False) as port:
        pass
    with socket.socket() as listener:
        # As servers do: a connection that some server there closed a moment ago must not matter.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ports.HOST, port + ports.BLOCK - 1))
        listener.listen()
        with ports.claim(port, in_use=False) as other:
            assert other != port


def test_a_wished_port_in_use_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        monkeypatch.setenv("LABVERSE_PORT", str(listener.getsockname()[1]))
        with pytest.raises(Problem, match="in use"), ports.claim(None, in_use=False):
            pass


@pytest.mark.parametrize("text", ["80", "65535", "many", "-1"])
def test_an_impossible_port_is_a_problem(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LABVERSE_PORT", text)
    with pytest.raises(Problem, match="LABVERSE_PORT"), ports.claim(None, in_use=False):
        pass
