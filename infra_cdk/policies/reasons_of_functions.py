"""Functions that run as often at once as they are called, and why."""

from infra_cdk.policies.accepted import Accepted

UNLIMITED: tuple[Accepted, ...] = (
    Accepted(
        ("CKV_AWS_115",),
        "service/Guard/*/Resource",
        "nobody but Secrets Manager and a daily schedule calls it, one call after the other",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Observe/*/Resource",
        "a runaway of it spends nothing: the API's throttle is limit enough",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Upsell/*/Resource",
        "a runaway of it spends nothing: the API's throttle is limit enough",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Route/Event/Resource",
        "a runaway of it cannot start more tasks than the stage's maximum",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Approve/*/Resource",
        "a runaway of it spends nothing: people are asked once for each id, however often",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Revenue/*/Resource",
        "a runaway of it spends nothing but writes: the API's throttle limits the door, and the "
        "stream has as many readers at once as it has shards",
    ),
    Accepted(
        ("CKV_AWS_115",),
        "service/Negotiate/*/Resource",
        "a runaway of it spends nothing: terms are applied once, within a budget, after a person "
        "has approved them; what phrases them goes through route, which is limited",
    ),
)
