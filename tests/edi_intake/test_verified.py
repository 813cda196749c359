"""Whatever files did to the books, `verify_books` finds them in order."""

from django.core.management import call_command

from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, write_837

GUS = Sent(number="HC-1", charge="125.00", lines=(("99213", "100.00"), ("87070", "25.00")))


def test_replaced_voided_uncharged_and_uneven_claims_leave_books_that_verify(take_in: TakeIn) -> None:
    take_in(write_837([GUS, GUS.but(number="HC-2"), GUS.but(number="HC-3", charge="150.00")]))
    take_in(write_837([GUS.but(frequency="7", charge="140.00", lines=(("99214", "140.00"),))], control=2))
    take_in(write_837([GUS.but(number="HC-2", frequency="8")], control=3))
    take_in(write_837([GUS.but(number="HC-4", frequency="8")], control=4))
    take_in(write_837([GUS.but(number="HC-5")], control=5, usage="RP"))
    take_in(write_837([GUS.but(number="HC-6", charge="90.00")], control=6))
    call_command("verify_books", verbosity=0)
