"""What the function `event` of route does, over what a stage has on AWS."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from labverse.adapters import alerting, scaling
from labverse.platform.event import Envelope, Reaction
from labverse.route import signals
from labverse.route.alerts import ALERTS
from labverse.route.config import RoutePolicy
from labverse.route.probing import Prober
from labverse.route.retirement import Retirements
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

    @cache
    def retirements() -> Retirements:
        task = answer_task()
        config = task.router.catalogue.config
        return alerting.retirements(have, policy.alerts, config, task.announcer)

    tell = alerting.teller(have, policy.alerts)
    follows = dict.fromkeys(signals.SIGNALS, (scale,))
    told = {kind: (*follows.get(kind, ()), tell) for kind in ALERTS}
    ticks = (scale, probe, lambda _event: retirements()())
    return {**follows, **told, signals.TICK: ticks}
