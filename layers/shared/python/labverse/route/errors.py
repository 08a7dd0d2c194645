"""Errors of route beyond the kernel's."""

from labverse.kernel.errors import InvalidInput


class UnknownModel(InvalidInput):
    """The model that was asked for by name is not one that is routed or served here."""
