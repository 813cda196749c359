"""Messages to members of staff, where e-mail is configured (`EMAIL_URL`). Never about patients."""

from django.conf import settings
from django.core.mail import send_mail

from arwork.lib.background import enqueue
from arwork.staff.models import User

TASK = "arwork.web.tasks.send_notice"


def tell(user: User, *, subject: str, words: str) -> None:
    """Have `user` told, in the background, once the transaction has committed; nothing without an address."""
    if settings.EMAIL_CONFIGURED and user.email:
        enqueue(TASK, user_id=user.pk, subject=subject, words=words)


def send(user_id: int, *, subject: str, words: str) -> None:
    """Send a message to the address the person has now."""
    user = User.objects.get(pk=user_id)
    send_mail(subject, f"{user},\n\n{words}\n", None, [user.email])
