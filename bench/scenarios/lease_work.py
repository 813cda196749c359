"""Collectors as the service sees them: take the next item, give it back or leave it with an outcome."""

import pickle
import time
from pathlib import Path
from typing import Any

from arwork.lib import clock
from arwork.lib.errors import DomainError

_OUTCOMES = {"patient_balance": "no_answer"}
_OUTCOME = "no_agent"
EACH = 10


class Collector:
    """Takes and gives back; every tenth item is finished if `is_working`; what was held is written to `log`."""

    def __init__(self, user_id: int, *, is_working: bool = False, log: Path | None = None) -> None:
        from arwork.staff.models import User

        self._user = User.objects.get(pk=user_id)
        self._working = is_working
        self._log = log
        self._turn = user_id
        self._held: list[tuple[int, int | None, int, float, float]] = []

    def __call__(self) -> float:
        from collections_app.worklist import leases

        self._user.__dict__.pop("_practice_choice", None)  # a request asks again for the practices
        item = leases.take_next(actor=self._user, now=clock.now(), today=clock.today())
        taken = time.perf_counter()
        if item is None:
            raise LookupError("nothing was handed out, though most of the queue is free")
        self._turn += 1
        if not (self._working and self._turn % EACH == 0 and self._leave(item)):
            before = time.perf_counter()
            leases.release_item(actor=self._user, item_id=item.pk)
            if self._log:
                self._held.append((item.pk, item.account_id, self._user.pk, taken, before))
        return taken

    def done(self) -> None:
        """Write down what was held."""
        if self._log:
            (self._log / f"{self._user.pk}.held").write_bytes(pickle.dumps(self._held))

    def _leave(self, item: Any) -> bool:
        from collections_app.worklist import services

        outcome = _OUTCOMES.get(item.kind, _OUTCOME)
        try:
            services.record_outcome(
                actor=self._user,
                item_id=item.pk,
                disposition=outcome,
                note="Nobody answered.",
                now=clock.now(),
                today=clock.today(),
            )
        except DomainError:
            return False
        return True


def read_log(log: Path) -> list[tuple[int, int | None, int, float, float]]:
    """Item, guarantor account, holder, from and to, of everything that was held."""
    return [row for path in sorted(log.glob("*.held")) for row in pickle.loads(path.read_bytes())]


def overlaps(held: list[tuple[int, int | None, int, float, float]]) -> int:
    """How often two people held the same item, or two items of one guarantor account, at the same time."""
    found = 0
    for keyed in (
        sorted((item, start, end, holder) for item, _, holder, start, end in held),
        sorted((home, start, end, holder) for _, home, holder, start, end in held if home is not None),
    ):
        for (key, _, end, who), (other, start, _, whose) in zip(keyed, keyed[1:], strict=False):
            found += key == other and start < end and who != whose
    return found
