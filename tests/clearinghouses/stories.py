"""Connections to a clearinghouse, and files that go through them."""

import datetime as dt

from arwork.lib.sftp_settings import SftpPlace
from arwork.staff.models import User
from claims.practices.models import Practice
from collections_app.clearinghouses import services
from collections_app.clearinghouses.models import ClearinghouseConnection
from tests.cast import NOW, TODAY

PLACE = SftpPlace("sftp.clear.example", 22, "arwork", "in", "ssh-ed25519 AAAA", "secret", who="Clear House")
ENTERED = {
    "name": "Clear House", "usage": "T", "submitter_name": "Harbor Clinic", "submitter_id": "HC001",
    "contact": "Sol Sun", "phone": "2125550100", "receiver_name": "Clear House", "sender_qualifier": "ZZ",
    "sender_id": "HC001", "group_sender": "HC001", "receiver_qualifier": "30", "receiver_id": "911111111",
    "group_receiver": "CLEAR", "characters": "extended", "forms": "PID", "most_claims": 500, "delivery": "download",
    "place": "", "folder": "", "is_nightly": False, "answer_hours": 24,
    "from_on": TODAY - dt.timedelta(days=30),
}  # fmt: skip


def connected(practice: Practice, admin: User, **but: object) -> ClearinghouseConnection:
    return services.enter_connection(practice.pk, actor=admin, now=NOW, **(ENTERED | but))
