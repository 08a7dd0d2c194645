"""Sealed tokens and answered tasks: what AWS says is told in our words, and quotes no token."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from labverse.adapters.dynamodb_approvals import DynamoApprovals
from labverse.adapters.kms_seal import KmsSeal
from labverse.adapters.task_tokens import TaskTokens
from labverse.approve.models import State, Verdict
from labverse.approve.ports import Fate, Standing
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.approve.fakes import World

TOKEN = "AQC-secret-token"
VERDICT = Verdict(
    approval_id="deal-1",
    approved=False,
    reason=State.VETOED,
    decided_by="T1/U1",
    decided_at=None,
    terms_digest="ab" * 32,
)
DOWN = EndpointConnectionError(endpoint_url="https://aws")


def failing(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"no {TOKEN}"}}, "Any")


class Kms:
    """Holds what it sealed with its context, as KMS does."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.known: dict[bytes, tuple[bytes, dict[str, str]]] = {}

    def encrypt(
        self,
        KeyId: str,  # noqa: N803
        Plaintext: bytes,  # noqa: N803
        EncryptionContext: dict[str, str],  # noqa: N803
    ) -> Any:
        if self.failure:
            raise self.failure
        blob = f"{KeyId}{len(self.known)}".encode()
        self.known[blob] = Plaintext, EncryptionContext
        return {"CiphertextBlob": blob}

    def decrypt(
        self,
        KeyId: str,  # noqa: N803
        CiphertextBlob: bytes,  # noqa: N803
        EncryptionContext: dict[str, str],  # noqa: N803
    ) -> Any:
        if self.failure:
            raise self.failure
        plain, context = self.known.get(CiphertextBlob, (b"", None))
        if not CiphertextBlob.startswith(KeyId.encode()):
            raise failing("IncorrectKeyException")
        if context != EncryptionContext:
            raise failing("InvalidCiphertextException")
        return {"Plaintext": plain}


def test_a_token_is_opened_for_its_own_approval_only() -> None:
    kms = Kms()
    seal = KmsSeal("key", kms)
    sealed = seal.sealed(TOKEN, "deal-1")
    assert seal.opened(sealed, "deal-1") == TOKEN
    attempts = [
        (seal, sealed, "deal-2"),
        (seal, b"key, spoilt", "deal-1"),
        (KmsSeal("other", kms), sealed, "deal-1"),
    ]
    for other, token, approval_id in attempts:
        with pytest.raises(Refused) as told:
            other.opened(token, approval_id)
        assert TOKEN not in repr(told.value)


@pytest.mark.parametrize("failure", [failing("ThrottlingException"), DOWN])
def test_a_key_that_cannot_be_used_is_unavailable(failure: Exception) -> None:
    seal = KmsSeal("key", Kms(failure))
    for call in (lambda: seal.sealed(TOKEN, "a"), lambda: seal.opened(b"key", "a")):
        with pytest.raises(Unavailable) as told:
            call()
        assert TOKEN not in repr(told.value)
        assert told.value.__suppress_context__, "AWS's message is not shown either"


class States:
    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.sent: list[dict[str, str]] = []

    def send_task_success(self, **sent: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.sent.append(sent)
        return {}

    def describe_execution(self, executionArn: str) -> Any:  # noqa: N803
        assert executionArn == "arn"
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"status": self.answer}


def tokens(answer: Any) -> tuple[TaskTokens, States]:
    client: Any = States(answer)
    return TaskTokens(client), client


def test_a_veto_is_an_answer_too() -> None:
    adapter, states = tokens("RUNNING")
    assert adapter.answer(TOKEN, VERDICT) is Fate.TAKEN
    (sent,) = states.sent
    assert sent["taskToken"] == TOKEN
    assert Verdict.model_validate_json(sent["output"]) == VERDICT


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"])
def test_a_used_or_dead_token_is_an_outcome(code: str) -> None:
    assert tokens(failing(code))[0].answer(TOKEN, VERDICT) is Fate.UNWANTED


@pytest.mark.parametrize("failure", [failing("AccessDeniedException"), DOWN])
def test_what_nobody_knows_the_end_of_is_unavailable(failure: Exception) -> None:
    adapter, _ = tokens(failure)
    for call in (lambda: adapter.answer(TOKEN, VERDICT), lambda: adapter.standing("arn")):
        with pytest.raises(Unavailable) as told:
            call()
        assert TOKEN not in repr(told.value)


@pytest.mark.parametrize(
    ("answer", "standing"),
    [
        ("RUNNING", Standing.RUNNING),
        ("PENDING_REDRIVE", Standing.RUNNING),
        ("SUCCEEDED", Standing.SUCCEEDED),
        ("FAILED", Standing.OVER),
        ("TIMED_OUT", Standing.OVER),
        ("ABORTED", Standing.OVER),
        (failing("ExecutionDoesNotExist"), Standing.OVER),
    ],
)
def test_where_an_execution_is(answer: Any, standing: Standing) -> None:
    assert tokens(answer)[0].standing("arn") is standing


class Down:
    def __getattr__(self, _name: str) -> Any:
        def fail(**_: Any) -> Any:
            raise DOWN

        return fail


def test_a_table_that_cannot_be_reached_is_unavailable() -> None:
    world = World()
    world.ask()
    stored, client = world.approvals.get("deal-1"), Down()
    table: Any = client
    store = DynamoApprovals("t", table)
    for call in (
        lambda: store.create(stored),
        lambda: store.read("deal-1"),
        lambda: store.replace(stored, stored),
        lambda: list(store.unfinished()),
        lambda: list(store.all()),
    ):
        with pytest.raises(Unavailable):
            call()
