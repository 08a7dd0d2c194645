"""One request to a provider: its key, its deadline, its faults; what comes back is an object."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpcore

from labverse.adapters.deadline import Answer, Client
from labverse.adapters.provider_errors import error_words, is_about, refusal
from labverse.adapters.sigv4 import SigV4, Unsigned
from labverse.adapters.time_left import in_time, within
from labverse.kernel.errors import Unavailable
from labverse.route.ports import ProviderFailure, ProviderKeys

_MAX_ANSWER_BYTES = 4_000_000
_MAX_ERROR_BYTES = 64_000
# The status of an error says most of it: its body is not worth the next candidate's time.
_ERROR_BODY_SECONDS = 0.25
_TEMPERATURE = "temperature"


class _Refused(Exception):
    """An answer that is not a 200."""

    def __init__(self, status: int, headers: Mapping[str, str], raw: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.raw = status, headers, raw


Refusal = Callable[[int, Mapping[str, str], bytes], ProviderFailure]
"""What a status, headers and body other than a 200's mean."""


@dataclass(frozen=True)
class Endpoint:
    """Where a provider is asked, and how it is told the key; `keys` None means that it has none.

    `sign` signs each request, where that is how the caller is known.
    """

    url: httpcore.URL
    client: Client
    provider: str
    keys: ProviderKeys | None
    headers: Callable[[str], Mapping[str, str]]
    sign: SigV4 | None = None
    refusal: Refusal = refusal
    _own_temperature: set[str] = field(default_factory=set, repr=False)

    def ask(self, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The JSON object of a 200. Raises ProviderFailure, within `seconds` at the latest.

        A model that takes no temperature but its own is asked again without one, and never again
        with one: reasoning models are like that, and a router that always sends one would lose
        them.
        """
        fixed = body["model"] in self._own_temperature
        body = {name: body[name] for name in body if not (fixed and name == _TEMPERATURE)}
        with within(seconds):
            try:
                return _object(self._authorized(body))
            except _Refused as refused:
                about = is_about(error_words(refused.raw), _TEMPERATURE, body)
                if not (refused.status in (400, 422) and about):
                    raise self._failure(refused) from None
            del body[_TEMPERATURE]
            try:
                answer = _object(self._authorized(body))
            except _Refused as refused:
                raise self._failure(refused) from None
        self._own_temperature.add(body["model"])
        return answer

    def _failure(self, refused: _Refused) -> ProviderFailure:
        return self.refusal(refused.status, refused.headers, refused.raw)

    def _authorized(self, body: dict[str, Any]) -> bytes:
        """The answer; after a 401 once more with the key read anew, if it is another one."""
        content = json.dumps(body).encode()
        if self.keys is None:
            return self._post(content, {})
        key = self._key(self.keys.current)
        try:
            return self._post(content, self.headers(key))
        except _Refused as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
        # Reading a secret has its own, longer time-outs; the deadline holds all the same.
        again = self.keys.again
        renewed = self._key(lambda provider: in_time(lambda: again(provider)))
        if renewed == key:
            raise ProviderFailure("unauthorized", "the key is refused")
        return self._post(content, self.headers(renewed))

    def _key(self, read: Callable[[str], str | None]) -> str:
        try:
            key = (read(self.provider) or "").strip()
        except TimeoutError as error:
            raise ProviderFailure("timeout", "the key could not be read in time") from error
        except Unavailable as error:
            raise ProviderFailure("unauthorized", "the key cannot be read") from error
        if not key:
            raise ProviderFailure("unauthorized", "there is no key")
        if not (key.isascii() and key.isprintable()):
            raise ProviderFailure("unauthorized", "the key has characters that no header takes")
        return key

    def _post(self, content: bytes, headers: Mapping[str, str]) -> bytes:
        try:
            said = self._said({**_HEADERS, **headers}, content)
            with self.client.post(self.url, said, content) as answer:
                if answer.status != HTTPStatus.OK:
                    raise _Refused(answer.status, answer.headers, _as_far_as_it_goes(answer))
                return _whole(answer)
        except Unsigned as error:
            raise ProviderFailure("unauthorized", str(error)) from error
        except httpcore.TimeoutException as error:
            unsent = isinstance(error, _UNSENT)
            raise ProviderFailure("timeout", type(error).__name__, unbilled=unsent) from error
        except _BROKEN as error:
            unsent = isinstance(error, _UNSENT)
            raise ProviderFailure("unreachable", type(error).__name__, unbilled=unsent) from error

    def _said(self, headers: dict[str, str], content: bytes) -> dict[str, str]:
        if self.sign is None:
            return headers
        return self.sign("POST", bytes(self.url).decode("ascii"), headers, content)


# Nothing of the request left this machine.
_UNSENT = (httpcore.ConnectError, httpcore.ConnectTimeout)
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError)
_HEADERS = {"content-type": "application/json", "accept": "application/json",
            "accept-encoding": "identity", "user-agent": "labverse"}  # fmt: skip


def _whole(answer: Answer) -> bytes:
    received = bytearray()
    try:
        for piece in _plain(answer):
            received += piece
            if len(received) > _MAX_ANSWER_BYTES:
                raise ProviderFailure("bad_response", "the body is too large")
    except httpcore.TimeoutException as error:
        raise ProviderFailure("timeout", type(error).__name__) from error
    except _BROKEN as error:
        raise ProviderFailure("truncated", type(error).__name__) from error
    return bytes(received)


def _as_far_as_it_goes(answer: Answer) -> bytes:
    received = bytearray()
    try:
        with within(_ERROR_BODY_SECONDS):
            for piece in _plain(answer):
                received += piece
                if len(received) > _MAX_ERROR_BYTES:
                    break
    except (httpcore.TimeoutException, *_BROKEN, ProviderFailure):
        # Late, broken or not decodable: the status is known, and it is what counts.
        return bytes(received)
    return bytes(received)


def _plain(answer: Answer) -> Iterator[bytes]:
    """The body, uncompressed: some servers compress whatever was asked of them."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding == "identity":
        yield from answer.pieces
        return
    if encoding not in ("gzip", "deflate"):
        raise ProviderFailure("bad_response", "the body is in an encoding that nobody asked for")
    reader = zlib.decompressobj(wbits=_GZIP_OR_ZLIB)
    try:
        for piece in answer.pieces:
            # A small piece may stand for gigabytes.
            yield reader.decompress(piece, _MAX_ANSWER_BYTES + 1)
        yield reader.flush()
    except zlib.error as error:
        raise ProviderFailure("bad_response", "the body is not compressed as it says") from error


# For zlib: either kind, told by its first bytes.
_GZIP_OR_ZLIB = 47


def _object(raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProviderFailure("bad_response", "the body is not JSON") from error
    if not isinstance(answer, dict):
        raise ProviderFailure("bad_response", "the body is not a JSON object")
    return answer
