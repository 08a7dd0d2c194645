"""`kimi events`: what could not be handled, and how to have it handled after all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from labverse.adapters.dead_letters import DeadLetter, DeadLetters, Unreadable, decoded
from labverse.cli import show, target
from labverse.cli.failures import Commands, Failure
from labverse.cli.options import Json, Stage

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Events that could not be handled: dead letters."
)
_LOOK_SECONDS = 5
"""Long enough to read all of them once, short enough that a replay right after finds them."""
_REPLAY_SECONDS = 120


@app.command("list")
def list_(stage: Stage = target.LOCAL, as_json: Json = False) -> None:
    """Show every dead letter; nothing is taken out."""
    found = target.find(stage)
    with found.asking_aws("reading the dead letters"):
        queue = _queue(found)
        messages = list(queue.read(_LOOK_SECONDS))
        rows = [_told(message) for message in messages]
        for message in messages:
            queue.release(message["ReceiptHandle"])
    if as_json:
        show.machine(rows)
        return
    columns = ("since", "event", "for", "error", "id")
    show.table(columns, [[row[column] for column in columns] for row in rows], on_stdout=True)
    show.note(f"{len(rows)} in all" + ("; kimi events replay sends them again" if rows else ""))


@app.command()
def replay(
    stage: Stage = target.LOCAL,
    only: Annotated[
        str | None, typer.Option("--id", help="This one alone, as `kimi events list` shows it.")
    ] = None,
) -> None:
    """Send dead letters where they were going. Consumers take an event that comes twice once."""
    found = target.find(stage)
    sent: list[bool] = []
    with found.asking_aws("replaying the dead letters"):
        queue = _queue(found)
        # Read to the end first: a letter that dies again must not be sent in the same run.
        for message in list(queue.read(_REPLAY_SECONDS)):
            if only in (None, message["MessageId"]):
                sent.append(_sent(queue, message))
            else:
                queue.release(message["ReceiptHandle"])
    if only and not sent:
        raise Failure(f"there is no dead letter {only}", "kimi events list shows those there are")
    kept = sent.count(False)
    show.result(f"{sent.count(True)} sent again, {kept} kept")
    if kept:
        raise Failure(f"{kept} cannot be sent again", "the notes above say why")


def _sent(queue: DeadLetters, message: Any) -> bool:
    """Whether it went; what cannot stays in the queue."""
    try:
        letter = decoded(message)
        queue.replay(letter)
    except Unreadable as problem:
        queue.release(message["ReceiptHandle"])
        show.note(f"kept {message['MessageId']}: {problem}")
        return False
    show.note(f"sent {letter.kind} to {letter.function or 'the bus'}")
    return True


def _queue(found: target.Target) -> DeadLetters:
    arn = found.published("dead-letters")
    sqs = found.client("sqs")
    url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    return DeadLetters(url, sqs, found.client("events"), found.client("lambda"))


def _told(message: Any) -> dict[str, Any]:
    try:
        letter: DeadLetter | None = decoded(message)
        error = letter.error if letter else ""
    except Unreadable as problem:
        letter, error = None, f"unreadable ({problem})"
    since = int(message.get("Attributes", {}).get("SentTimestamp", 0))
    return {
        "since": datetime.fromtimestamp(since / 1000, UTC).isoformat(timespec="seconds"),
        "event": letter.kind if letter else None,
        "for": (letter.function or "the bus") if letter else None,
        "error": error,
        "id": message["MessageId"],
    }
