"""Background work of the books. Celery is the doorbell; files and their progress stand in the database."""

import logging
from typing import Any

from celery import shared_task

from arwork.lib import clock
from arwork.lib.events import Changed
from claims.adjustments import overtaken
from claims.closing.verify import verify
from claims.denials import contract_recheck
from claims.edi import file_actions, watched_folder
from claims.edi.files import AlreadyBeingRead
from claims.edi.services import GivenUp
from claims.practices.selectors import all_practice_ids

log = logging.getLogger(__name__)


def listen(event: Changed) -> None:
    """The subscriber: what waits for a second person follows the books."""
    overtaken.settle_overtaken(event, now=clock.now())


@shared_task(name="claims.tasks.take_in_file")
def take_in_file(*, file_id: int, actor_id: int | None = None, **_: Any) -> None:
    """Take in a file that was uploaded. Given out again after a crash, it goes on where it stopped."""
    try:
        file_actions.take_in_queued(file_id, actor_id=actor_id, today=clock.today(), now=clock.now())
    except AlreadyBeingRead:
        log.info("file %s is being read by another worker", file_id)
    except GivenUp:
        log.info("file %s was given up; its page says so", file_id)


@shared_task(name="claims.tasks.watch_folder")
def watch_folder(**_: Any) -> None:
    """Take in what lies in the watched folder, and uploads of which no worker was told."""
    watched_folder.take_in_watched_files(today=clock.today(), now=clock.now())
    file_actions.take_in_forgotten(today=clock.today(), now=clock.now())


@shared_task(name="claims.tasks.recheck_contract")
def recheck_contract(*, contract_id: int, actor_id: int, **_: Any) -> None:
    """Compare the payments under a contract with its terms as they stand now."""
    contract_recheck.recheck_queued(contract_id, actor_id=actor_id, today=clock.today(), now=clock.now())


@shared_task(name="claims.tasks.prove_books")
def prove_books(**_: Any) -> None:
    """Prove the books each night as `verify_books` does (RULES 1.3); what does not hold is an error in the log.

    The log names rows and amounts, never people.
    """
    for check in verify(all_practice_ids()):
        if check.holds:
            log.info("the books hold: %s, %s rows", check.name, check.rows)
        else:
            log.error("the books do not hold: %s: %s", check.name, "; ".join(check.failures))
