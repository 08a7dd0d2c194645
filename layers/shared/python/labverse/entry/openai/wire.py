"""What requests and answers of OpenAI's chat API share."""

from typing import Literal

from pydantic import ConfigDict

from labverse.kernel.model import Model


class Wire(Model):
    """A part of OpenAI's format. Strict, as theirs: `"1"` is no number, an unknown name an error.

    Built on first use: functions that are started for another route do not pay for it.
    """

    model_config = ConfigDict(strict=True, defer_build=True)


class FunctionCall(Wire):
    """`arguments` is JSON text, as the model wrote it."""

    name: str
    arguments: str


class ToolCall(Wire):
    """A function that the model wants called."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall
