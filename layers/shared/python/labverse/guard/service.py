"""The four steps of a rotation, each of which may be repeated, cut short, or come too late."""

from collections.abc import Callable, Mapping

from labverse.guard.models import Rotated, RotationCall, Version
from labverse.guard.ports import Strategy, Vault
from labverse.kernel.errors import Conflict, NotFound, Refused

PENDING, CURRENT = "AWSPENDING", "AWSCURRENT"


class Rotation:
    """Rotates the secrets it has a strategy for, and no other."""

    def __init__(self, vault: Vault, strategies: Mapping[str, Strategy]) -> None:
        """`strategies` by the secret's id, as Secrets Manager names it."""
        self._vault, self._strategies = vault, strategies

    def __call__(self, call: RotationCall) -> Rotated:
        """Do one step.

        Raises Refused for a secret that is not ours or a token that is not pending, NotFound when
        a step comes before the version has a value, Conflict when somebody set a newer value
        meanwhile: then the pending version is given up, and the next rotation starts from theirs.
        """
        strategy = self._strategies.get(call.secret)
        if strategy is None:
            raise Refused("this secret is not rotated here")
        stages = self._vault.stages(call.secret)
        mine = stages.get(call.token, frozenset())
        if CURRENT in mine:
            return Rotated(step=call.step, outcome="already")
        if PENDING not in mine:
            raise Refused("this version is not pending")
        if call.step == "createSecret":
            self._forget_others(call, stages)
            return self._create(call, strategy)
        steps: Mapping[str, Callable[[RotationCall, Strategy], None]] = {
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }
        steps[call.step](call, strategy)
        return Rotated(step=call.step, outcome="done")

    def _forget_others(self, call: RotationCall, stages: Mapping[str, frozenset[str]]) -> None:
        """A rotation that was given up must not come back and undo this one."""
        for version, labels in stages.items():
            if PENDING in labels and version != call.token:
                self._vault.drop_pending(call.secret, version)

    def _create(self, call: RotationCall, strategy: Strategy) -> Rotated:
        if self._vault.version(call.secret, call.token) is not None:
            return Rotated(step=call.step, outcome="already")
        text = strategy.create(self._vault.current(call.secret), call.token)
        self._vault.put_pending(call.secret, call.token, text, call.rotation_token)
        return Rotated(step=call.step, outcome="done")

    def _set(self, call: RotationCall, strategy: Strategy) -> None:
        strategy.set(*self._both(call, strategy))

    def _test(self, call: RotationCall, strategy: Strategy) -> None:
        """A schedule that is new is rehearsed: this step alone, on a copy of the current value."""
        pending, current = self._valued(call), self._vault.current(call.secret)
        if pending.text != current.text:
            current, pending = self._both(call, strategy)
        strategy.test(current, pending)

    def _finish(self, call: RotationCall, strategy: Strategy) -> None:
        """Everybody reads the new version from here on, if nobody was quicker.

        Set once more before: whatever was called, skipped or lost, nothing is finished unset.
        """
        current, pending = self._both(call, strategy)
        strategy.set(current, pending)
        try:
            self._vault.move_current(call.secret, to=pending.id, instead_of=current.id)
        except Conflict:
            if CURRENT not in self._vault.stages(call.secret).get(call.token, frozenset()):
                raise self._given_up(call) from None

    def _both(self, call: RotationCall, strategy: Strategy) -> tuple[Version, Version]:
        pending, current = self._valued(call), self._vault.current(call.secret)
        if not strategy.follows(current, pending):
            raise self._given_up(call)
        return current, pending

    def _valued(self, call: RotationCall) -> Version:
        pending = self._vault.version(call.secret, call.token)
        if pending is None:
            raise NotFound("the pending version has no value yet: createSecret comes first")
        return pending

    def _given_up(self, call: RotationCall) -> Conflict:
        self._vault.drop_pending(call.secret, call.token)
        return Conflict("somebody set a newer value; the next rotation starts from it")
