"""The machine's randomness for the domain's draws."""

from numpy.random import PCG64, Generator, SeedSequence


def generator() -> Generator:
    """A new one from the machine's entropy.

    Never kept: environments that start from one snapshot would all draw the same.
    """
    return Generator(PCG64(SeedSequence()))
