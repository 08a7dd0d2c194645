"""What every function of a stage knows from the stage's config; synth writes it into the layer."""

from labverse.kernel.model import Model

FILE = "stage.json"


class StageFacts(Model):
    """`store_answers`: whether answers may be kept, to be repeated or reused."""

    store_answers: bool
