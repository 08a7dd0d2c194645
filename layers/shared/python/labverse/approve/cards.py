"""What people see of an approval, as data: Slack's Block Kit and Teams' Adaptive Cards.

All text may come from outside (an alarm, a partner, a model). It is shown as it is: no mention,
link or markup of it works, and nothing invisible can turn it around.
"""

import unicodedata
from typing import Any

from pydantic import Field

from labverse.approve.clicks import ACTION_PREFIX, value
from labverse.approve.models import Answer, Approval, State
from labverse.kernel.model import Model

Json = dict[str, Any]
_TITLE, _LABEL, _FACT = 200, 60, 300
# Slack refuses a message with an empty text.
_NOTHING = "(empty)"
# Control, format (which turns the direction of text), surrogate and private characters.
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}
_BUTTONS = {Answer.APPROVE: ("Approve", "primary"), Answer.VETO: ("Veto", "danger")}
_OUTCOMES = {
    State.REQUESTED: "Waiting for a decision",
    State.APPROVED: "Approved",
    State.VETOED: "Vetoed",
    State.EXPIRED: "Expired without a decision, which counts as a veto",
    State.ABANDONED: "No longer open: what asked for it has ended",
}


class Fact(Model):
    """One line of what is asked."""

    label: str
    value: str


class Question(Model):
    """What a person is asked to decide."""

    title: str
    facts: tuple[Fact, ...] = Field(default=(), max_length=10)


def slack(question: Question, approval: Approval) -> Json:
    """The `text` and `blocks` of chat.postMessage and chat.update; buttons only while open."""
    title = escaped(plain(question.title, _TITLE))
    blocks: list[Json] = [{"type": "section", "text": _text(title)}]
    if question.facts:
        fields = [_text(escaped(_line(fact))) for fact in question.facts]
        blocks.append({"type": "section", "fields": fields})
    blocks.append({"type": "context", "elements": [_text(escaped(status(approval)))]})
    if approval.open:
        buttons = [_button(answer, approval) for answer in Answer]
        blocks.append({"type": "actions", "block_id": approval.id, "elements": buttons})
    return {"text": f"{title}: {escaped(status(approval))}", "blocks": blocks}


def teams(question: Question, approval: Approval) -> Json:
    """The body for a Teams webhook. What its buttons submit is what POST /api/v2/approvals takes.

    A webhook by itself brings no answer back: the flow behind it does, with a key of a person's.
    """
    body: list[Json] = [_rich(plain(question.title, _TITLE), weight="Bolder")]
    body += [_rich(_line(fact)) for fact in question.facts]
    body.append(_rich(status(approval), isSubtle=True))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [_submit(answer, approval) for answer in Answer] if approval.open else [],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def status(approval: Approval) -> str:
    """Where it stands, in a line of plain text."""
    line = _OUTCOMES[approval.state]
    if approval.decided_by:
        line += f" by {plain(approval.decided_by, _FACT)}"
    if approval.open and approval.quorum > 1:
        line += f" ({len(approval.votes)} of {approval.quorum} approvals)"
    if approval.open:
        line += f" until {approval.expires_at.isoformat(timespec='minutes')}"
    return line


def in_a_line(question: Question, approval: Approval) -> str:
    """What it is about and where it stands, as plain text."""
    return f"{plain(question.title, _TITLE)}: {status(approval)}"


def plain(text: str, limit: int) -> str:
    """One line of visible characters, at most `limit`; what is cut off is seen to be."""
    seen = "".join(" " if unicodedata.category(each) in _UNSEEN else each for each in text)
    line = " ".join(seen.split()) or _NOTHING
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def escaped(text: str) -> str:
    """Text that Slack shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(fact: Fact) -> str:
    return f"{plain(fact.label, _LABEL)}: {plain(fact.value, _FACT)}"


def _text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _button(answer: Answer, approval: Approval) -> Json:
    label, style = _BUTTONS[answer]
    button = {
        "type": "button",
        "action_id": f"{ACTION_PREFIX}{answer}",
        "text": _text(label),
        "style": style,
        "value": value(approval.id, approval.terms_digest),
    }
    if answer is Answer.VETO:
        button["confirm"] = {
            "title": _text("Veto this?"),
            "text": _text("It will not happen, and cannot be approved any more."),
            "confirm": _text("Veto"),
            "deny": _text("Back"),
        }
    return button


def _rich(text: str, **look: Any) -> Json:
    """A TextBlock would read Markdown in it; a run of rich text does not."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _submit(answer: Answer, approval: Approval) -> Json:
    label, style = _BUTTONS[answer]
    data = {"id": approval.id, "terms_digest": approval.terms_digest, "answer": str(answer)}
    look = {"primary": "positive", "danger": "destructive"}[style]
    return {"type": "Action.Submit", "title": label, "style": look, "data": data}
