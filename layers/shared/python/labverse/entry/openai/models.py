"""`GET /v1/models` as OpenAI writes it."""

from collections.abc import Iterable
from typing import Literal

from labverse.entry.openai.request import AUTO
from labverse.entry.openai.wire import Wire
from labverse.route.models import ServedModel


class NamedModel(Wire):
    """A name that a request may ask for. The last two members are ours."""

    id: str
    object: Literal["model"] = "model"
    # Clients expect a number; when a provider made its model is not known here.
    created: int = 0
    owned_by: str
    resolves_to: str | None = None
    context_window: int | None = None


class ModelList(Wire):
    """Everything a request may ask for today."""

    object: Literal["list"] = "list"
    data: list[NamedModel]


def listed(served: Iterable[ServedModel]) -> ModelList:
    """`auto`, then the models that are served."""
    models = [
        NamedModel(
            id=model.id,
            owned_by=model.provider,
            resolves_to=model.resolves_to,
            context_window=model.context_window,
        )
        for model in served
    ]
    return ModelList(data=[NamedModel(id=AUTO, owned_by="labverse"), *models])
