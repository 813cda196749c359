"""A file of a practice that nobody has opened yet: an owner finds it, opens the practice, and it comes in."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from claims.remits.models import Remittance
from tests.cast import make_oona, make_sol, make_user
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

NPI, TIN = "1386672277", "341491692"
STRANGE = write_837([Sent(number="HC-1")], npi=NPI, tin=TIN)


@pytest.fixture
def refused(practice: Practice, take_in: TakeIn) -> EdiFile:
    """What Sol of Harbor Clinic uploaded, of a practice that is not here."""
    return EdiFile.objects.get(pk=take_in(STRANGE, actor=make_sol(practice), via="upload").file_id)


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def facts(**changes: str) -> dict[str, str]:
    return {"name": "Made Up Lab", "npi": NPI, "tin": TIN, "time_zone": "America/Chicago", "is_active": "on"} | changes


def test_an_owner_finds_what_a_colleague_could_not_bring_in(
    client: Client, practice: Practice, refused: EdiFile
) -> None:
    client.force_login(make_oona(practice))
    assert refused.name in page(client, "imports")
    shown = page(client, "import_file", refused.pk)
    assert f"npi={NPI}&amp;tin={TIN}" in shown
    assert "Open this practice" in shown
    assert f"NPI {NPI}: none of your practices; 1 file waiting" in page(client, "setup")


def test_administrators_do_not_find_it_not_even_of_the_practice_of_who_brought_it(
    client: Client, practice: Practice, refused: EdiFile
) -> None:
    """A refused file names patients of a practice that nobody knows; its bytes are no administrator's."""
    client.force_login(make_user(username="adam", role="admin", practices=[practice]))
    assert refused.name not in page(client, "imports")
    for name in ("import_file", "import_download"):
        assert client.get(reverse(name, args=[refused.pk])).status_code == 404
    client.force_login(make_oona())
    assert client.get(reverse("import_download", args=[refused.pk])).status_code == 200


def test_administrators_of_others_do_not_find_it(client: Client, refused: EdiFile) -> None:
    other = Practice.objects.create(name="Other", npi="1999999992")
    client.force_login(make_user(username="lin", role="admin", practices=[other]))
    assert refused.name not in page(client, "imports")
    assert client.get(reverse("import_file", args=[refused.pk])).status_code == 404
    assert NPI not in page(client, "setup")


def test_who_brought_it_is_sent_to_an_owner(client: Client, refused: EdiFile) -> None:
    client.force_login(refused.received_by)
    shown = page(client, "import_file", refused.pk)
    assert "Ask an owner, who finds this file under Imports and under Setup." in shown
    assert "Open this practice" not in shown


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_opening_the_practice_reads_every_file_that_named_it(
    client: Client, practice: Practice, refused: EdiFile, take_in: TakeIn
) -> None:
    take_in(write_837([Sent(number="HC-2")], npi=NPI, tin=TIN, control=2), actor=refused.received_by)
    client.force_login(make_oona(practice))
    shown = client.post(reverse("practice_new"), facts(), follow=True).content.decode()
    assert "Made Up Lab is open. Give its people access" in shown
    assert "2 refused files of this practice are read again." in shown
    assert set(Claim.objects.values_list("number", "practice__npi")) == {("HC-1", NPI), ("HC-2", NPI)}
    assert NPI not in page(client, "setup")
    client.force_login(refused.received_by)
    assert "belongs to practices that you do not work in" in page(client, "import_file", refused.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_correcting_the_number_of_a_practice_reads_them_too(client: Client, refused: EdiFile) -> None:
    lab = Practice.objects.create(name="Made Up Lab", npi="1999999992")
    client.force_login(make_oona(lab, Practice.objects.get(name="Harbor Clinic")))
    shown = client.post(reverse("practice_edit", args=[lab.pk]), facts(), follow=True).content.decode()
    assert "Saved. 1 refused file of this practice is read again." in shown
    assert Claim.objects.get().practice == lab


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_person_says_that_it_is_one_of_theirs(client: Client, practice: Practice, refused: EdiFile) -> None:
    client.force_login(refused.received_by)
    client.post(reverse("import_retry", args=[refused.pk]), {"practice": practice.pk})
    assert Claim.objects.get().practice == practice


def test_nobody_gives_a_file_to_a_practice_that_is_not_theirs(client: Client, refused: EdiFile) -> None:
    other = Practice.objects.create(name="Other", npi="1999999992")
    client.force_login(refused.received_by)
    assert client.post(reverse("import_retry", args=[refused.pk]), {"practice": other.pk}).status_code == 422
    refused.refresh_from_db()
    assert refused.practice is None


def test_a_refused_remittance_says_whom_it_pays(client: Client, practice: Practice, take_in: TakeIn) -> None:
    era = Era([Clp("HC-1", [Svc("100", "100")])])
    result = take_in(era.text().replace(practice.npi, NPI).encode(), actor=make_sol(practice))
    assert not Remittance.objects.exists()
    (told,) = result.results
    assert f"HARBOR CLINIC, NPI {NPI}" in told["problems"][0]["message"]
    client.force_login(make_oona(practice))
    assert f"npi={NPI}" in page(client, "import_file", result.file_id)


def test_a_number_that_fails_its_check_opens_nothing(client: Client, practice: Practice, take_in: TakeIn) -> None:
    result = take_in(write_837([Sent(number="HC-1")], npi="1234567890"), actor=make_sol(practice))
    client.force_login(make_oona(practice))
    shown = page(client, "import_file", result.file_id)
    assert "fails the check of its last digit" in shown
    assert "Open this practice" not in shown
