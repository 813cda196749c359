"""271: what a payer says of coverage, read level by level."""

import datetime as dt
from decimal import Decimal

from claims.edi.x12.reading import read_all
from claims.edi.x12.records import CoverageAnswer
from tests.edi.x12files import file_of

HEAD = [
    "BHT*0022*11*REF1*20261120*1200", "HL*1**20*1", "NM1*PR*2*MERIDIAN CHOICE*****PI*MER01", "HL*2*1*21*1",
    "NM1*1P*2*HARBOR CLINIC*****XX*1245319599",
]  # fmt: skip


def answers(*segments: str) -> list[CoverageAnswer]:
    (transaction,) = read_all(file_of([*HEAD, *segments], code="271", version="005010X279A1", group="HB"))
    assert transaction.kind == "271"
    return list(transaction.body)  # type: ignore[arg-type]


def test_active_coverage_with_what_is_left_of_the_deductible_and_another_payer() -> None:
    (one,) = answers(
        "HL*3*2*22*0", "TRN*2*E100*9ARWORK001", "NM1*IL*1*GUARINO*GUS****MI*MBR001", "REF*6P*GRP7",
        "DTP*346*D8*20260101", "EB*1*IND*30*HM*GOLD PLAN", "EB*C*IND*30***23*1000", "EB*C*IND*30***29*412.5",
        "DTP*291*RD8*20260101-20261231", "MSG*CALENDAR YEAR", "EB*R**30", "LS*2120",
        "NM1*PR*2*NORTH MUTUAL*****PI*NOR02", "LE*2120",
    )  # fmt: skip
    assert (one.trace, one.member_id, one.group_number, one.name) == ("E100", "MBR001", "GRP7", "GUARINO, GUS")
    assert (one.payer_id, one.provider_npi) == ("MER01", "1245319599")
    assert one.dates["346"][0] == dt.date(2026, 1, 1)
    assert [each.information for each in one.benefits] == ["1", "C", "C", "R"]
    assert one.benefits[2].amount == Decimal("412.50")
    assert one.benefits[2].messages == ("CALENDAR YEAR",)
    assert (one.benefits[3].payer_name, one.benefits[3].payer_id) == ("NORTH MUTUAL", "NOR02")
    assert one.problems == ()


def test_a_dependent_takes_the_member_id_of_the_subscriber() -> None:
    (one,) = answers(
        "HL*3*2*22*1", "NM1*IL*1*GUARINO*GUS****MI*MBR001", "HL*4*3*23*0", "TRN*2*E101*9ARWORK001",
        "NM1*03*1*GUARINO*ANN", "EB*6**30",
    )  # fmt: skip
    assert (one.trace, one.member_id, one.name) == ("E101", "MBR001", "GUARINO, ANN")
    assert one.benefits[0].information == "6"


def test_refusals_are_kept_at_whatever_level_they_stand() -> None:
    (one,) = answers("HL*3*2*22*0", "TRN*2*E102*9ARWORK001", "NM1*IL*1*GUARINO*GUS", "AAA*N**75*C")
    assert (one.trace, one.refusals, one.follow_up) == ("E102", ("75",), "C")
    (whole,) = read_all(file_of([*HEAD[:3], "AAA*Y**42*R"], code="271", version="005010X279A1"))
    (above,) = whole.body
    assert isinstance(above, CoverageAnswer)
    assert (above.trace, above.refusals, above.follow_up) == ("", ("42",), "R")


def test_what_nobody_understands_is_passed_over() -> None:
    (one,) = answers(
        "HL*3*2*22*0", "NM1*IL*1*GUARINO*GUS****MI*MBR001", "EB*1**30^98^47***BAD*x", "III*ZZ*21", "HSD*VS*3"
    )
    assert one.benefits[0].services == ("30", "98", "47")
    assert one.benefits[0].amount is None
