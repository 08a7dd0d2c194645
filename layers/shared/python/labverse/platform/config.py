"""What every function of a stage knows from the stage's config; synth writes it into the layer."""

from pydantic import Field

from labverse.kernel.model import Model

FILE = "stage.json"


class ApprovingTeam(Model):
    """A workspace, and who of it may answer: ids, as names can be chosen freely."""

    id: str = Field(min_length=1, max_length=64)
    users: tuple[str, ...] = Field(min_length=1)


class StageFacts(Model):
    """`store_answers`: whether answers may be kept, to be repeated or reused."""

    store_answers: bool
    approvers: tuple[ApprovingTeam, ...] = ()
    """Who may say yes or no to what asks for a person; with nobody, what asks is refused."""
