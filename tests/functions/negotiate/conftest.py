"""What tests of negotiate's functions share."""

from tests.functions.bargaining import cloud, deals

__all__ = ["cloud", "deals"]
