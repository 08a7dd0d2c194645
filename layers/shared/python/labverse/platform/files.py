"""Files that synth writes into the shared layer beside our code: config and the API document."""

from functools import cache
from pathlib import Path

import labverse

_LAYER = Path(labverse.__file__).parents[1]


@cache
def read(name: str) -> str:
    """The text of `config/NAME` in the layer, read once per process.

    Raises FileNotFoundError outside a layer: a checkout holds the sources of these files, and
    synth (infra_cdk/constructs/layer.py) is what turns them into the ones a function reads.
    """
    return (_LAYER / "config" / name).read_text(encoding="utf-8")
