"""The routes that OpenAI's clients know: parse, call one use case, respond."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from labverse.entry import route
from labverse.entry.openai import headers, rules, stream, translate
from labverse.entry.openai.errors import OPENAI
from labverse.entry.openai.models import ModelList, listed
from labverse.entry.openai.request import (
    CacheHeader,
    ChatRequest,
    CostHeader,
    LatencyHeader,
    Limits,
    TaskClassHeader,
)
from labverse.entry.openai.response import ChatCompletion, completion
from labverse.platform.api import Api, RouteDoc
from labverse.route.models import ServedModel, Work
from labverse.route.ports import Routed

_CHAT = RouteDoc(
    summary="Continue a conversation, for OpenAI's clients",
    tag="openai",
    problems={
        404: "The model is not one that is served here",
        503: "No model answered; `x-labverse-attempts` says what was tried. Code `warming` with "
        "Retry-After: the local model is being started",
    },
    content={
        "application/json": {"model": ChatCompletion},
        stream.CONTENT_TYPE: {"schema": {"type": "string"}},
    },
)
_MODELS = RouteDoc(summary="The models that a conversation may name", tag="openai")


class Chats(Protocol):
    """The use case of these routes."""

    def run(self, work: Work, trace_id: str) -> Routed:
        """Answer. Raises Unavailable, and InvalidInput where no model could ever take it."""
        ...

    def models(self) -> list[ServedModel]:
        """The models that a request may name today."""
        ...


def routes(api: Api, chats: Callable[[], Chats], now: Callable[[], datetime]) -> None:
    """Put the routes on `api`; `chats` is only called by a request."""

    @api.route("POST", "/v1/chat/completions", scope="route", doc=_CHAT, errors=OPENAI)
    def chat_completions(
        request: Annotated[ChatRequest, Body()],
        task_class: TaskClassHeader = "default",
        max_latency_ms: LatencyHeader = None,
        max_cost_usd: CostHeader = None,
        cache_seconds: CacheHeader = None,
    ) -> Response[str]:
        rules.check(request)
        limits = Limits(task_class, max_latency_ms, max_cost_usd, cache_seconds)
        work = translate.work(request, limits).model_copy(update={"key_id": api.key_id})
        trace_id = str(api.resolver.current_event.request_context.request_id)
        routed = chats().run(work, trace_id)
        route.report(routed.answer, work.task_class)
        return _response(request, completion(routed, now()), headers.of_answer(routed.answer))

    @api.route("GET", "/v1/models", scope="route", doc=_MODELS, errors=OPENAI)
    def models() -> ModelList:
        return listed(chats().models())


def _response(request: ChatRequest, answer: ChatCompletion, told: dict[str, str]) -> Response[str]:
    if not request.stream:
        text = answer.model_dump_json()
        return Response(200, content_type="application/json", body=text, headers=told)
    options = request.stream_options
    text = stream.events(answer, bool(options and options.include_usage))
    return Response(200, content_type=stream.CONTENT_TYPE, body=text, headers=told)
