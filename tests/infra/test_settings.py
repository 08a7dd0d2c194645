"""What a function's environment holds is what its Settings class declares, and it stays small."""

import importlib

from labverse.platform.settings import Settings
from tests.infra.assembly import Assembly

COMMON = set(Settings.model_fields)
OWN = 8


def _declared(word: str) -> set[str]:
    module = importlib.import_module(f"labverse.{word}.settings")
    classes = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Settings) and kind is not Settings
    ]
    assert len(classes) == 1, f"labverse.{word}.settings has {len(classes)} Settings classes, not 1"
    return set(classes[0].model_fields)


def test_environment_is_the_settings_class(local: Assembly) -> None:
    for function in local.functions():
        word = local.word(function)
        given = set(function.properties["Environment"]["Variables"])
        odd = sorted(given ^ _declared(word))
        assert not odd, (
            f"{function.path}: {odd} are in its environment or in labverse.{word}.settings, not in "
            "both: build the environment with settings.as_environment() only"
        )


def test_environments_are_small(local: Assembly) -> None:
    assert len(COMMON) == 4, f"the common variables are four, not {sorted(COMMON)}"
    for word in {local.word(function) for function in local.functions()}:
        own = sorted(_declared(word) - COMMON)
        assert len(own) <= OWN, f"labverse.{word}.settings has {len(own)} own variables: {own}"
