"""The steps of a negotiation's workflow, each of which may be done again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from labverse.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from labverse.kernel.model import Model
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.gathering import Brought, Gathered, PositionRef, gathered, phrased, prompt
from labverse.negotiate.matter import Matter
from labverse.negotiate.models import Negotiation, ObjectRef, PositionNote
from labverse.negotiate.ports import Deals, Objects
from labverse.negotiate.requests import NegotiationRequest
from labverse.negotiate.terms import seed


class Solved(Model):
    """What the workflow carries of a proposal; the whole of it lies in the bucket."""

    negotiation_id: str
    status: str
    reason: str
    terms_digest: str | None
    proposal: ObjectRef


class Working:
    """Gathers positions and solves, over the bucket and the table."""

    def __init__(
        self,
        deals: Deals,
        objects: Objects,
        policy: NegotiatePolicy,
        now: Callable[[], datetime],
    ) -> None:
        self._deals, self._objects, self._policy, self._now = deals, objects, policy, now

    def gather(self, negotiation_id: str, agent: str) -> Brought:
        """One agent's position into the bucket. Raises NotFound, InvalidInput for a stranger."""
        record, request = self._asked(negotiation_id)
        if agent not in record.platforms:
            fault = FieldError(field="agent", message="is none of the negotiation's agents")
            raise InvalidInput("nobody's position", [fault])
        found = gathered(request, agent, self._policy, self._now())
        place = record.platforms.index(agent)
        ref = self._kept(record, f"position-{place}", found.model_dump_json())
        ours = found.note.rationale
        asked = prompt(ours) if self._policy.rationale else None
        return Brought(agent=agent, object=ref, prompt=asked, as_of=found.note.as_of)

    def solve(self, negotiation_id: str, positions: Sequence[PositionRef]) -> Solved:
        """The proposal into the bucket, and in short what it is.

        Raises NotFound, InvalidInput where positions are missing, Conflict where an object is not
        what its reference names.
        """
        # What solves comes with numpy; nothing else here needs that.
        from labverse.negotiate.solving import Run, propose

        record, request = self._asked(negotiation_id)
        found = self._positions(record, positions)
        matter = self._matter(request, found)
        month = f"{self._now():%Y-%m}"
        run = Run(record.id, record.round, record.goal, month)
        made = propose(matter, run, tuple(one.note for one in found), self._policy)
        ref = self._kept(record, "proposal", made.model_dump_json())
        return Solved(
            negotiation_id=record.id,
            status=made.status,
            reason=made.reason[:500],
            terms_digest=made.deal.digest if made.deal else None,
            proposal=ref,
        )

    def prices(self, record: Negotiation) -> Mapping[str, float]:
        """What the channels' prices per mille are now: the config's, as the request overrides it.

        Nothing of positions that were stated: there is nobody to ask for newer ones.
        """
        if record.request is None or any(note.role == "party" for note in record.positions):
            return {}
        _, request = self._asked(record.id)
        now = self._now()
        notes = [gathered(request, agent, self._policy, now).note for agent in request.agents]
        return {note.agent: note.ecpm for note in notes if note.ecpm is not None}

    def _asked(self, negotiation_id: str) -> tuple[Negotiation, NegotiationRequest]:
        stored = self._deals.get(negotiation_id)
        if stored is None or stored.record.request is None:
            raise NotFound(f"there is no negotiation {negotiation_id[:64]!r}")
        content = self._objects.get(stored.record.request)
        return stored.record, NegotiationRequest.model_validate_json(content)

    def _positions(self, record: Negotiation, refs: Sequence[PositionRef]) -> list[Gathered]:
        """In the order of the agents. A model's words, where it was asked and kept our numbers."""
        by_agent = {ref.agent: ref for ref in refs}
        missing = [agent for agent in record.platforms if agent not in by_agent]
        if missing:
            fault = FieldError(field="positions", message=f"{missing} are missing")
            raise InvalidInput("positions cannot be used", [fault])
        return [self._position(by_agent[agent]) for agent in record.platforms]

    def _position(self, ref: PositionRef) -> Gathered:
        found = Gathered.model_validate_json(self._objects.get(ref.object))
        if found.note.agent != ref.agent:
            raise Conflict(f"the position of {ref.agent!r} is somebody else's")
        said = phrased(found.note.rationale, ref.rationale)
        note: PositionNote = found.note.model_copy(update={"rationale": said})
        return found.model_copy(update={"note": note})

    def _matter(self, request: NegotiationRequest, found: Sequence[Gathered]) -> Matter:
        """The same request and profiles give the same scenarios, so the same deal."""
        if request.positions is not None:
            from labverse.negotiate.positions import StatedMatter

            return StatedMatter(request, self._policy)
        from labverse.negotiate.channels import ChannelMatter

        made = {one.note.agent: one.profile for one in found if one.profile is not None}
        number = seed("scenarios", request.goal, *request.agents)
        return ChannelMatter(request, made, self._policy, number)

    def _kept(self, record: Negotiation, what: str, text: str) -> ObjectRef:
        """Under a name of its own content: what is done again never changes what was kept."""
        content = text.encode()
        name = f"{record.round}-{what}-{hashlib.sha256(content).hexdigest()[:16]}"
        return self._objects.put(f"negotiations/{record.id}/{name}.json", content)
