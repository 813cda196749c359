"""Background work that belongs to no slice."""

from typing import Any

from celery import shared_task

from arwork.lib import clock
from arwork.staff import audit_proof, sessions


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of."""
    sessions.drop_ended()


@shared_task(name="arwork.web.tasks.prove_trail")
def prove_trail(**_: Any) -> None:
    """Prove the audit trail each night and seal it; what does not hold is an error in the log, `/readyz` and My day."""
    audit_proof.prove(now=clock.now())
