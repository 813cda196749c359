"""A file that its sender marks as a test (ISA15 = T) is taken in, and says so wherever it is looked at."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from claims.remits.models import Remittance
from tests.cast import make_sol
from tests.edi_intake.test_imports_pages import GUS, upload
from tests.edi_intake.writing import write_837
from tests.remits.era import Clp, Era, Svc


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_file_whose_sender_calls_it_a_test_says_so_wherever_it_is_looked_at(
    client: Client, practice: Practice
) -> None:
    """Much that is meant in earnest bears ISA15 = T, so it is taken in; but nobody should learn it from the books."""
    client.force_login(make_sol(practice))
    real = write_837([GUS])
    page = upload(client, real, write_837([GUS.but(number="HC-2")], control=2).replace(b"*0*P*", b"*0*T*"))
    assert Claim.objects.count() == 2
    assert [view.is_test for view in page.context["files"].rows] == [True, False]
    assert page.content.decode().count('title="ISA15 = T">test<') == 1
    shown = [client.get(reverse("import_file", args=[file.pk])) for file in EdiFile.objects.order_by("pk")]
    assert [b"ISA15 = T" in one.content for one in shown] == [False, True]
    for usage in "PT":
        era = Era([Clp("HC-1", [Svc("125.00", "90.00", [("CO-45", "35.00")])])], trace=f"EFT{usage}")
        upload(client, era.text().replace("*0*P*", f"*0*{usage}*").encode())
    deposits = {row.trace: client.get(reverse("remittance", args=[row.pk])) for row in Remittance.objects.all()}
    assert {trace: b"ISA15 = T" in one.content for trace, one in deposits.items()} == {"EFTP": False, "EFTT": True}
