"""Who stands in the demo: invented practices, payers, people and prices. Pure data, no Django import.

Every name is made up; telephone numbers are from the 555-01xx range that is never assigned, NPIs from a block at the
very end of the number space.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DemoPractice:
    name: str
    npi: str
    tin: str
    address: str
    city: str
    state: str
    zip: str
    zone: str
    phone: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPayer:
    """`denies` is the initial denial rate of its class, `silent` the share it never answers; `pays_after` days."""

    name: str
    payer_id: str
    tin: str
    payer_class: str
    product: str
    funding: str
    filing: str
    share: int
    allowed: Decimal
    denies: float
    silent: float
    pays_after: tuple[int, int]
    phone: str
    zone: str


PRACTICES = (
    DemoPractice(
        "Harbor Lane Family Medicine", "1999999984", "990100001", "12 Harbor Lane", "Brooklyn", "NY", "11201",
        "America/New_York", "7185550110", ("99213", "99214", "99203", "85025", "80053", "36415", "93000"),
    ),
    DemoPractice(
        "Lakeview Orthopedic Group", "1999999976", "990100002", "800 Lakeview Road", "Chicago", "IL", "60611",
        "America/Chicago", "3125550121", ("99213", "99204", "20610", "73030", "73562", "29881", "97110"),
    ),
    DemoPractice(
        "Cactus Wren Imaging", "1999999968", "990100003", "455 Ocotillo Street", "Phoenix", "AZ", "85004",
        "America/Phoenix", "6025550134", ("70553", "72148", "74177", "71046", "76700", "77067"),
    ),
)  # fmt: skip

PAYERS = (
    DemoPayer("Meridian Choice Health", "MCH01", "990200001", "commercial", "ppo", "insured", "12", 20,
              Decimal("0.62"), 0.139, 0.06, (16, 34), "8005550141", "America/Chicago"),
    DemoPayer("Blue Lantern Health Plan", "BLH02", "990200002", "bcbs", "ppo", "insured", "BL", 18,
              Decimal("0.58"), 0.13, 0.05, (14, 30), "8005550142", "America/New_York"),
    DemoPayer("Federal Medicare Part B Contractor", "FMB03", "990200003", "medicare", "medicare", "government", "MB",
              20, Decimal("0.41"), 0.084, 0.02, (14, 19), "8005550143", "America/New_York"),
    DemoPayer("Evergreen Senior Advantage", "ESA04", "990200004", "medicare_advantage", "medicare_advantage",
              "insured", "16", 13, Decimal("0.43"), 0.157, 0.06, (18, 38), "8005550144", "America/Denver"),
    DemoPayer("State Medical Assistance", "SMA05", "990200005", "medicaid", "medicaid", "government", "MC", 7,
              Decimal("0.29"), 0.167, 0.05, (20, 40), "8005550145", "America/New_York"),
    DemoPayer("Bridgewell Community Plan", "BCP06", "990200006", "medicaid_mco", "medicaid_mco", "insured", "HM", 8,
              Decimal("0.31"), 0.151, 0.07, (20, 42), "8005550146", "America/Chicago"),
    DemoPayer("Summit Trades Benefit Fund", "STB07", "990200007", "commercial", "ppo", "self_funded", "CI", 7,
              Decimal("0.66"), 0.14, 0.08, (22, 48), "8005550147", "America/Los_Angeles"),
    DemoPayer("Granite Ridge Workers' Compensation", "GRW08", "990200008", "workers_comp", "workers_comp", "insured",
              "WC", 3, Decimal("0.55"), 0.18, 0.12, (30, 60), "8005550148", "America/Phoenix"),
)  # fmt: skip
SECONDARY = DemoPayer("Pinecrest Supplement", "PCS09", "990200009", "commercial", "indemnity", "insured", "CI", 0,
                      Decimal("0.41"), 0.03, 0.02, (12, 25), "8005550149", "America/Chicago")  # fmt: skip
SELF_PAY_SHARE = 4  # beside the payers' shares of 96

# code: (charge, does the contract price it below what a careless payer pays)
CHARGES: dict[str, Decimal] = {
    "99203": Decimal("265.00"), "99204": Decimal("395.00"), "99213": Decimal("185.00"), "99214": Decimal("240.00"),
    "85025": Decimal("38.50"), "80053": Decimal("52.00"), "36415": Decimal("18.00"), "93000": Decimal("95.00"),
    "20610": Decimal("310.00"), "73030": Decimal("145.00"), "73562": Decimal("160.00"), "29881": Decimal("6480.00"),
    "97110": Decimal("98.00"), "70553": Decimal("2890.00"), "72148": Decimal("2140.00"), "74177": Decimal("1975.00"),
    "71046": Decimal("168.00"), "76700": Decimal("540.00"), "77067": Decimal("410.00"),
}  # fmt: skip

DIAGNOSES = ("I10", "E119", "M545", "M25511", "J069", "R0789", "S83241A", "Z0000", "R109", "N63")

# Reasons of denial with their weight (the mix of small practices in published surveys) and remark codes.
DENIALS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("CO", "16", 17, ("N290",)), ("CO", "197", 13, ()), ("CO", "18", 9, ("N522",)), ("CO", "11", 8, ()),
    ("CO", "96", 8, ("N425",)), ("CO", "4", 6, ()), ("CO", "27", 6, ()), ("CO", "22", 6, ("MA92",)),
    ("CO", "50", 8, ("N115",)), ("CO", "97", 5, ("M15",)), ("CO", "29", 4, ()), ("CO", "109", 4, ("N418",)),
    ("CO", "252", 4, ("N706",)), ("PI", "242", 2, ()),
)  # fmt: skip

FIRST_NAMES = (
    "Alma", "Bennet", "Carys", "Dario", "Edda", "Farid", "Greta", "Hollis", "Imani", "Jarek", "Keiko", "Lorcan",
    "Mireya", "Niall", "Odette", "Paloma", "Quincy", "Rhoda", "Stellan", "Tamsin", "Ulla", "Vashti", "Wendell",
    "Ximena", "Yorick", "Zelda", "Anselm", "Briony", "Casimir", "Delphine",
)  # fmt: skip
LAST_NAMES = (
    "Abernethy", "Birkwood", "Castellane", "Dunmore", "Eastlake", "Fairweather", "Greystone", "Hollander", "Ivarson",
    "Juniper", "Kestrel", "Larkspur", "Merriweather", "Northcott", "Oakhurst", "Pemberly", "Quillfeather", "Rosamund",
    "Silverthorne", "Tallgrass", "Underwood", "Vantongeren", "Westerfield", "Yarborough", "Zimmerle", "Ashgrove",
    "Brightwater", "Coldbrook", "Driftwood", "Elderberry", "Foxglove", "Goldenrod", "Hawthorne", "Inglewood",
)  # fmt: skip
STREETS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fern", "Grove", "Hazel", "Ivy", "Juniper", "Linden")
# City, state, ZIP, area code: every US zone, and some that fool an area code.
HOMES: tuple[tuple[str, str, str, str], ...] = (
    ("Brooklyn", "NY", "11215", "718"), ("Yonkers", "NY", "10701", "914"), ("Newark", "NJ", "07102", "973"),
    ("Stamford", "CT", "06901", "203"), ("Boston", "MA", "02118", "617"), ("Chicago", "IL", "60614", "312"),
    ("Gary", "IN", "46402", "219"), ("Evanston", "IL", "60201", "847"), ("Milwaukee", "WI", "53202", "414"),
    ("Houston", "TX", "77006", "713"), ("El Paso", "TX", "79901", "915"), ("Phoenix", "AZ", "85016", "602"),
    ("Tuba City", "AZ", "86045", "928"), ("Tucson", "AZ", "85701", "520"), ("Denver", "CO", "80203", "303"),
    ("Los Angeles", "CA", "90026", "213"), ("Pensacola", "FL", "32501", "850"), ("Atlanta", "GA", "30308", "404"),
    ("Anchorage", "AK", "99501", "907"), ("Honolulu", "HI", "96813", "808"),
)  # fmt: skip
