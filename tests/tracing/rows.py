"""A search of each kind of row, for the walls between practices and the trail of reads."""

from arwork.staff.models import User
from claims.parties.models import Account
from collections_app.tracing.models import LeadSource, TraceCase, TraceFile, TraceFileRow, TraceLead
from tests.cast import NOW, TODAY


def traces_of(account: Account, actor: User, *, words: str = "QUILLFEATHER") -> dict[str, int]:
    """The ids that the addresses of searches and their files name, of whoever answers for an account."""
    practice = account.practice
    case = TraceCase.objects.create(
        practice=practice, person=account.guarantor, why="by_hand", owner=actor, next_action=words, next_on=TODAY,
        opened_on=TODAY, lead_on=TODAY,
    )  # fmt: skip
    lead = TraceLead.objects.create(
        case=case, kind="employer", value=words, parts={"name": words}, added_on=TODAY, confidence=30
    )
    LeadSource.objects.create(lead=lead, source="web", said_on=TODAY, words=words, added_at=NOW, added_by=actor)
    file = TraceFile.objects.create(
        practice=practice, kind="vendor", is_out=True, partner="Finder", name="vendor.csv", sha256="x", content=words,
        rows=1, made_at=NOW, made_by=actor,
    )  # fmt: skip
    TraceFileRow.objects.create(file=file, line=2, person=account.guarantor, done="sent", words=words)
    return {"trace_case_id": case.pk, "trace_lead_id": lead.pk, "trace_file_id": file.pk}
