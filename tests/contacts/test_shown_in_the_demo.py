"""The demo shows the gate: a call against the rule, one that came in, a planned rule; once."""

import datetime as dt

from collections_app.contacts.gate_models import ContactRule, ContactVerdict
from collections_app.contacts.models import Contact
from collections_app.demo import contact_gate
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_oona, make_practice


def test_the_demo_calls_one_too_early_and_hears_from_another(balance, ana, monkeypatch):
    make_oona(make_practice())
    balance()
    balance()
    WorkItem.objects.update(owner=ana)
    monkeypatch.setattr(contact_gate, "collectors", lambda: [ana])
    for _ in range(2):
        contact_gate.show_the_gate(until=TODAY, now=NOW)
    assert ContactRule.objects.get().valid_from == dt.date(2026, 12, 1)
    assert ContactVerdict.objects.get().answer == "block"
    assert Contact.objects.filter(direction="in").count() == 1
