"""What the function `event` of route does, over what a stage has on AWS."""

from collections.abc import Callable, Mapping, Sequence

from labverse.adapters import scaling
from labverse.platform.event import Envelope, Reaction
from labverse.route import signals
from labverse.route.config import RoutePolicy
from labverse.route.probing import Prober
from labverse.route.service import AnswerTask
from labverse.route.settings import RouteSettings


def of_route(
    have: RouteSettings, policy: RoutePolicy, answer_task: Callable[[], AnswerTask]
) -> Mapping[str, Sequence[Reaction]]:
    """By type of event. `answer_task` is only called by what needs it."""
    scaler = scaling.scaler(have)

    def scale(event: Envelope) -> None:
        scaler(signals.wish(event.detail_type, event.detail, event.time, policy.fallback))

    def probe(_event: Envelope) -> None:
        Prober(answer_task().router)()

    follows = dict.fromkeys(signals.SIGNALS, (scale,))
    return {**follows, signals.TICK: (scale, probe)}
