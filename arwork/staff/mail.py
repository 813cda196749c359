"""Messages to members of staff, where e-mail is configured (`EMAIL_URL`). Never about patients."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from arwork.lib.background import QueueUnreachable, enqueue
from arwork.staff.models import User

TASK = "arwork.web.tasks.send_notice"
log = logging.getLogger(__name__)


def tell(user: User, *, subject: str, words: str) -> None:
    """Have `user` told, in the background, once the transaction has committed; nothing without an address."""
    if settings.EMAIL_CONFIGURED and user.email and user.is_active:
        transaction.on_commit(lambda: _enqueue(user.pk, subject, words))


def _enqueue(user_id: int, subject: str, words: str) -> None:
    try:
        enqueue(TASK, user_id=user_id, subject=subject, words=words)
    except QueueUnreachable:  # what was done is done, and shown on the page; only the notice is lost
        log.warning("no broker: a notice to user %s was not sent", user_id)


def send(user_id: int, *, subject: str, words: str) -> None:
    """Send a message to the address the person has now."""
    user = User.objects.get(pk=user_id)
    send_mail(subject, f"{user},\n\n{words}\n", None, [user.email])
