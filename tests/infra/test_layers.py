"""Layers hold what their target can load: wheels of its platform, bytecode where it can be made."""

import sys
from pathlib import Path

import pytest

from infra_cdk.constructs import assets
from tests.infra.assembly import Assembly

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def _folders(assembly: Assembly) -> set[Path]:
    found = {layer for function in assembly.functions() for layer in assembly.layers(function)}
    assert len(found) == 4, "shared, deps, tracing, solver"
    return found


def _uncompiled(folder: Path, tag: str) -> list[str]:
    return [
        str(source.relative_to(folder))
        for source in folder.rglob("*.py")
        if not (source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc").exists()
    ]


def test_a_cold_start_compiles_nothing(local: Assembly, aws: Assembly) -> None:
    for assembly, version in ((local, HERE), (aws, "3.13")):
        if assets.interpreter(version) is None:
            continue  # the layer then holds sources alone, as the next test sees
        for folder in _folders(assembly):
            missing = _uncompiled(folder, f"cpython-{version.replace('.', '')}")
            assert not missing, f"{folder.name}: no bytecode for {missing[:3]}"


def test_no_layer_holds_bytecode_of_another_python(local: Assembly, aws: Assembly) -> None:
    for assembly, version in ((local, HERE), (aws, "3.13")):
        tag = f"cpython-{version.replace('.', '')}.pyc"
        for folder in _folders(assembly):
            odd = [path.name for path in folder.rglob("*.pyc") if not path.name.endswith(tag)]
            assert not odd, f"{folder.name}: {odd[:3]}"


def test_bytecode_names_no_path_of_this_machine(local: Assembly) -> None:
    """A traceback on Lambda shows /opt/python, and the same sources give the same bytes."""
    (folder,) = (f for f in _folders(local) if (f / "python" / "labverse").exists())
    compiled = next(folder.rglob("service.*.pyc")).read_bytes()
    assert b"/opt/python/labverse" in compiled
    assert str(Path.home()).encode() not in compiled


@pytest.mark.parametrize("says", ["exit 127", "exit 1", "sleep 0"])
def test_a_name_on_the_path_proves_nothing(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pyenv shim is there and fails; only an interpreter that runs counts."""
    shim = tmp_path / "python3.99"
    shim.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    found = assets.interpreter.__wrapped__("3.99")
    assert found == ("python3.99" if says == "sleep 0" else None)


def test_pyenvs_own_folder_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "versions" / "3.99.1" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert assets.interpreter.__wrapped__("3.99") == str(python)
