"""`kimi`: a client of Lab-Verse's HTTP API, and of its keys.

Exit codes: 0 ok, 1 refused or failed, 2 wrong usage, 3 degraded, 4 cannot be reached.
"""

from __future__ import annotations

import typer

from labverse.cli import (
    alerts,
    approve,
    events,
    keys,
    providers,
    revenue,
    secrets,
    spend,
    upsell,
)
from labverse.cli.ask import ask
from labverse.cli.checkin import checkin
from labverse.cli.failures import Commands
from labverse.cli.negotiate import negotiate
from labverse.cli.status import status

app = typer.Typer(
    cls=Commands,
    name="kimi",
    no_args_is_help=True,
    # Locals in a traceback could show a key.
    pretty_exceptions_show_locals=False,
    help="Ask models through Lab-Verse, answer what it asks of people, see how it is and what it "
    "costs, manage its keys and dead letters.",
)
app.command()(ask)
app.command()(checkin)
app.command()(negotiate)
app.command()(status)
app.add_typer(alerts.app, name="alerts")
app.add_typer(approve.app, name="approve")
app.add_typer(events.app, name="events")
app.add_typer(keys.app, name="keys")
app.add_typer(providers.app, name="providers")
app.add_typer(revenue.app, name="revenue")
app.add_typer(secrets.app, name="secrets")
app.add_typer(spend.app, name="spend")
app.add_typer(upsell.app, name="upsell")


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
