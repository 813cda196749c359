"""What an auditor looks for is in the demo, on the pages where it is looked for, and nothing of it reaches outside."""

import pytest
from django.test import Client
from django.urls import reverse

from arwork.staff import audit_proof
from arwork.staff.models import ApiToken, EmergencyAccess, User
from arwork.webhooks import deliveries, sending
from arwork.webhooks.models import Webhook
from claims.approvals.models import ApprovalRequest
from claims.ledger.verify import verify
from claims.practices.models import Practice
from claims.privacy.models import Disclosure
from collections_app.demo import audit
from collections_app.retention import services as retention
from tests.demo.loaded import NOW, UNTIL, load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=12)


def shown(username: str, address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_disclosure_stands_in_its_accounting():
    disclosure = Disclosure.objects.get()
    assert disclosure.recipient in shown("admin", reverse("account_disclosures", args=[disclosure.account_id]))


def test_a_question_waits_for_a_second_person_because_of_a_dated_limit():
    question = ApprovalRequest.objects.get(kind="cash_left_out")
    assert (question.state, question.amount, question.asked_by.username) == ("waiting", audit.STRAY, "collector")
    assert question.reason in shown("supervisor", reverse("approval", args=[question.pk]))
    assert "$150.00" in shown("owner", reverse("limits"))


def test_an_emergency_is_over_and_waits_for_its_review():
    emergency = EmergencyAccess.objects.get()
    assert emergency.reviewed_at is None
    assert emergency.ends_at < NOW
    assert emergency.reason.split(";")[0] in shown("admin", reverse("staff:emergencies"))
    assert "/claims/" in shown("admin", reverse("staff:emergency_review", args=[emergency.pk]))


def test_a_program_has_a_token_that_it_used():
    token = ApiToken.objects.get()
    assert token.owner.is_service
    assert token.last_used_at is not None
    assert token.name in shown("admin", reverse("staff:tokens"))


def test_a_webhook_has_a_log_and_is_never_called(monkeypatch):
    monkeypatch.setattr(sending, "post", lambda *args, **kwargs: pytest.fail("somebody was called"))
    hook = Webhook.objects.get()
    assert hook.off_at is not None
    assert hook.url.split("/")[2].endswith(".example")
    assert deliveries.deliver_due(clock=lambda: NOW) == 0
    page = shown("admin", reverse("webhook", args=[hook.pk]))
    assert all(state in page for state in ("it answered 503", ">sent<", ">waiting<"))


def test_the_next_run_of_retention_has_something_to_delete():
    due = {one.kind.code: one.due.count for one in retention.plan(today=UNTIL, now=NOW)}
    assert (due["refused_files"], due["deliveries"]) == (1, 1)
    assert "Received files of which nothing was taken in" in shown("owner", reverse("retention"))


def test_the_books_and_the_trail_hold_and_nothing_is_left_twice():
    audit.leave_traces(UNTIL)
    assert [check for check in verify(list(Practice.objects.values_list("id", flat=True))) if not check.holds] == []
    assert not audit_proof.verify().broken
    assert (
        Disclosure.objects.count()
        == ApprovalRequest.objects.filter(kind="cash_left_out").count()
        == EmergencyAccess.objects.count()
        == 1
    )
