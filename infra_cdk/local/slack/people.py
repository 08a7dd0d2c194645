"""Who is in the stand-in's workspace, by the ids that config/local.json lists or leaves out."""

from __future__ import annotations

TEAM = "T0LOCAL"
DOMAIN = "local"
# Ana and Ben may approve on stage local; Eve may not.
PEOPLE = {"U0ANA": "ana", "U0BEN": "ben", "U0EVE": "eve"}
APPROVER = f"{TEAM}/U0ANA"
"""Whose key `make up` leaves, for `kimi approve`."""
