"""What a metric's name says about how a fault travels through it."""

import re
from enum import Enum


class Kind(Enum):
    """How a fault spreads, and which direction of the metric is bad."""

    LOAD = "load"
    """Work that arrives: a surge travels from callers to what they call."""
    HARM = "harm"
    """Bad when high, felt by callers: latency, errors."""
    HEALTH = "health"
    """Bad when low, felt by callers: availability."""
    RESOURCE = "resource"
    """Bad when high, and the service's own: processor, memory, connections, queues."""
    OTHER = "other"
    """We cannot tell; any change may matter."""


# The first that matches counts: `request_errors` and `request_latency` are no load.
_WORDS = (
    (Kind.HEALTH, r"availab|success|healthy|uptime|hit_?rate"),
    (Kind.HARM, r"error|fault|fail|exception|timeout|throttl|5\d\d|5xx|4xx|reject"),
    (Kind.HARM, r"latenc|duration|response_?time|p\d\d|elapsed|delay|lag"),
    (Kind.RESOURCE, r"cpu|mem|disk|heap|socket|connection|queue|thread|util|satur|io_?wait|load"),
    (Kind.LOAD, r"request|traffic|throughput|invocation|count|calls|rps|qps|workload|hits"),
)


def kind(name: str) -> Kind:
    """The kind of the metric called `name`, in any spelling."""
    text = re.sub(r"[^a-z0-9]+", "_", name.lower())
    return next((found for found, words in _WORDS if re.search(words, text)), Kind.OTHER)
