import datetime as dt
from tests.contacts.conftest import *
from tests.contacts.test_asking import *
def test_x(ana):
    claim = make_claim()
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim, state="open")
    log(ana, item, "waits_for_patient", spoke_to="Rep")
    at = "2026-11-23 10:00"
    worklist.refresh(claims=[claim.pk], today=dt.date(2026, 11, 23), now=eastern(at))
    item.refresh_from_db()
    print(item.next_action, item.next_on, item.hold, item.escalated_at, item.state, item.window, QueueEntry.objects.values())
    from collections_app.worklist.gated_steps import verdicts_of
    print(verdicts_of([item.pk], now=eastern(at)))
    from collections_app.worklist import queue
    queue.sync_queue([item.pk], today=dt.date(2026,11,23))
    print(QueueEntry.objects.values())
    assert 0
