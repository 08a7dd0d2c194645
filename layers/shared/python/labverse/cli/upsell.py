"""`kimi upsell`: an offer for a customer, what became of it, and what another choice would earn."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from labverse.cli import api, show, target
from labverse.cli.failures import Commands
from labverse.cli.offer_log import evaluate, export
from labverse.cli.options import Json, Stage

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="Decide offers, say what they brought, and judge them offline.",
)
app.command()(export)
app.command()(evaluate)


@app.command()
def decide(  # noqa: PLR0913, PLR0917 - typer makes the options of these
    segment: Annotated[str, typer.Argument(help="The customer's segment, such as power.")],
    offer: Annotated[str | None, typer.Option(help="What you would offer yourself.")] = None,
    usage: Annotated[float | None, typer.Option(help="Usage percentile, 0 to 100.")] = None,
    engagement: Annotated[float | None, typer.Option(help="Engagement score, 0 to 1.")] = None,
    churn: Annotated[float | None, typer.Option(help="Risk of churn, 0 to 1.")] = None,
    customer: Annotated[str | None, typer.Option(help="Your id of the customer.")] = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Decide which offer a customer gets."""
    known = {"usage_percentile": usage, "engagement_score": engagement, "churn_risk": churn}
    context = {name: value for name, value in known.items() if value is not None}
    body: dict[str, Any] = {"user_segment": segment, "context": context}
    body |= {"offer_type": offer} if offer else {}
    body |= {"customer_id": customer} if customer else {}
    told = api.post(target.find(stage), "/api/v2/a2b/upsell", body, as_json=as_json)
    if as_json:
        show.machine(told)
        return
    show.result(told["recommended_offer"])
    if told["expected_ltv_increase"] is not None:
        show.note(
            f"brings {told['expected_ltv_increase']:.2f} {told['currency']} on average; the best "
            f"offer there is with probability {told['confidence']:.0%}"
        )
    show.note(f"mode {told['mode']}, model {told['model_version']}, p = {told['propensity']:.3f}")
    show.note(f"then: kimi upsell outcome {told['decision_id']} --accepted | --declined")


@app.command()
def outcome(
    decision_id: Annotated[str, typer.Argument(help="As `decide` told it.")],
    accepted: Annotated[bool, typer.Option("--accepted/--declined", help="What became of it.")],
    value: Annotated[
        str | None, typer.Option(help="Incremental USD as you measure it, instead of the catalogue")
    ] = None,
    stage: Stage = target.LOCAL,
    as_json: Json = False,
) -> None:
    """Say what a decision brought, so that the policy learns from it."""
    body: dict[str, Any] = {"decision_id": decision_id, "accepted": accepted}
    body |= {"value_usd": value} if value is not None else {}
    told = api.post(target.find(stage), "/api/v2/a2b/outcomes", body, as_json=as_json)
    if as_json:
        show.machine(told)
        return
    late = ", as it came after the deadline" if told["late"] else ""
    learned = "learned" if told["learned"] else "recorded, not learned"
    again = " (known already)" if told["repeated"] else ""
    show.result(f"{learned}{again}: {told['reward_usd']:.2f} USD{late}")
