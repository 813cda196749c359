"""Where work stands, from what people recorded alone; and that neither it nor the payment status knows the other."""

import dataclasses
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.denials import payment_standings as standings
from claims.denials import triage
from claims.denials.models import Denial
from claims.denials.payment_standings import payment_standings
from collections_app.worklist import services as worklist
from collections_app.worklist import workflow
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS
from collections_app.worklist.models import WorkItem
from collections_app.worklist.workflow import WorkFacts, WorkflowStatus, facts_of, workflow_status
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import Clp, Era, Svc, take

DONE = {"is_decided": True, "touches": 1}


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (WorkFacts(next_action="check_status"), "new"),
        (WorkFacts(touches=1, next_action="check_status"), "in work"),
        (WorkFacts(**DONE, last_outcome="appeal_sent", next_action="check_appeal"), "appealed"),
        (WorkFacts(**DONE, last_outcome="corrected_claim_sent", next_action="check_status"), "corrected sent"),
        (WorkFacts(**DONE, last_outcome="other_payer_billed", next_action="check_status"), "waits for payer"),
        (WorkFacts(**DONE, last_outcome="in_process", next_action="check_status"), "waits for payer"),
        (WorkFacts(**DONE, last_outcome="waits_for_patient", next_action="contact_patient"), "waits for patient"),
        (WorkFacts(**DONE, last_outcome="records_requested", next_action="send_records"), "waits inside"),
        (WorkFacts(**DONE, last_outcome="no_agent", next_action="call_payer"), "in work"),
        (WorkFacts(**DONE, last_outcome="appeal_sent", is_woken=True), "in work"),
        (WorkFacts(**DONE, last_outcome="appeal_sent", is_escalated=True), "escalated"),
        (WorkFacts(**DONE, last_outcome="appeal_sent", is_escalated=True, is_closed=True), "closed"),
    ],
)
def test_where_it_stands(work: WorkFacts, expected: str) -> None:
    assert workflow_status(work) == expected


_facts = st.builds(
    WorkFacts, is_closed=st.booleans(), is_escalated=st.booleans(), is_decided=st.booleans(), is_woken=st.booleans(),
    touches=st.integers(0, 3), last_outcome=st.sampled_from(["", *BY_CODE]),
    next_action=st.sampled_from([*NEXT_ACTIONS]),
)  # fmt: skip


@given(_facts)
def test_everything_stands_somewhere_and_the_end_outranks_the_middle(work: WorkFacts) -> None:
    found = workflow_status(work)
    assert (found is WorkflowStatus.CLOSED) == work.is_closed
    assert (found is WorkflowStatus.ESCALATED) == (work.is_escalated and not work.is_closed)
    assert (found is WorkflowStatus.NEW) == (
        not work.is_closed and not work.is_escalated and not work.touches and not work.is_decided
    )
    assert workflow.WORKFLOW_TONES.keys() == set(WorkflowStatus)


def test_the_words_that_decide_are_words_of_the_desk() -> None:
    assert workflow._BY_OUTCOME.keys() <= BY_CODE.keys()
    assert workflow._BY_NEXT.keys() <= NEXT_ACTIONS.keys()


def test_neither_status_is_made_of_the_other() -> None:
    """No fact of the work has a name of the books, and no module of the books names the work."""
    books = {field.name for field in dataclasses.fields(triage.LineStanding)}
    work = {field.name for field in dataclasses.fields(WorkFacts)}
    assert not books & work
    assert not {str(one) for one in triage.PaymentStatus} & {str(one) for one in WorkflowStatus}
    for module in (triage, standings):
        assert "worklist" not in inspect.getsource(module)
    assert "claims.denials" not in inspect.getsource(workflow).split('"""', 2)[2]


@pytest.mark.django_db
def test_work_moves_no_payment_and_a_payment_logs_no_work() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])]))
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)

    def both() -> tuple[str, str]:
        item.refresh_from_db()
        return str(payment_standings([claim.pk])[claim.pk].status), str(workflow_status(facts_of(item)))

    assert both() == ("denied", "new")
    WorkItem.objects.update(decided_at=NOW, touches=1, last_disposition="appeal_sent", next_action="check_appeal")
    assert both() == ("denied", "appealed")
    Denial.objects.update(state="recovered")
    assert both()[1] == "appealed"
    WorkItem.objects.update(escalated_at=NOW)
    before = both()[0]
    WorkItem.objects.all().delete()
    assert str(payment_standings([claim.pk])[claim.pk].status) == before
