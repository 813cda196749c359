"""What an edit is called where its findings are counted: its code in words. Pure."""

_NAMES = {
    "cob_claim": "earlier payer does not balance",
    "cob_line": "earlier payer does not balance, a line",
    "cob_paid": "earlier payer's payment is not that of its lines",
    "icd9": "ICD-9 diagnosis",
    "icn_missing": "payer's claim number missing",
    "icn_on_new": "payer's claim number on a new claim",
    "sum": "lines do not sum to the charge",
    "billing_zip4": "billing ZIP without its last four digits",
    "billing_tin_missing": "billing tax number missing",
    "billing_po_box": "billing address is a post office box",
    "frequency_part_b": "replacement to Medicare Part B",
}


def edit_name(code: str) -> str:
    """`diagnosis_missing` as people say it; own edits by their number."""
    if code.startswith("own_"):
        return f"own edit {code.removeprefix('own_')}"
    plain = code.removeprefix("shipped_").replace("_", " ")
    for short, long in (("npi", "NPI"), ("ndc", "NDC"), ("tin", "tax number"), ("clia", "CLIA number")):
        plain = " ".join(long if word == short else word for word in plain.split())
    return _NAMES.get(code, plain)
