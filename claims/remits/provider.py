"""Provider-level adjustments (PLB): which ledger account holds money that belongs to no claim of the deposit. Pure.

Signs are the payer's: positive reduces the payment, negative increases it (RULES 2.7). A code that is not listed
is nobody's guess: its remittance waits until a person has chosen the account.
"""

RECOUPMENT, FORWARD, INTEREST, OTHER = "RECOUPMENT", "FORWARD_BALANCE", "INTEREST", "PROVIDER_ADJUSTMENT"

#: Accounts that a person may choose for a code that is not mapped.
CHOICES = {
    RECOUPMENT: "Recoupment: an overpayment taken back",
    FORWARD: "Forward balance: carried to or from another remittance",
    INTEREST: "Interest paid by the payer",
    OTHER: "Other provider adjustment",
}

#: WO and 72 share an account, so a recoupment and the acknowledged refund cheque net to zero; WO taken back in
#: advance (negative) and recovered later (positive) do too. A code that is not here (E3, L3, CS) waits for a person.
ACCOUNTS = {
    "WO": RECOUPMENT,
    "72": RECOUPMENT,
    "FB": FORWARD,
    "L6": INTEREST,
    "IR": OTHER,
    "LE": OTHER,
    "J1": OTHER,
    "50": OTHER,
    "51": OTHER,
}

NAMES = {
    "WO": "Overpayment recovery",
    "72": "Authorized return",
    "FB": "Forwarding balance",
    "L6": "Interest owed",
    "IR": "Internal Revenue Service withholding",
    "LE": "Levy",
    "J1": "Nonreimbursable",
    "50": "Late charge",
    "51": "Interest penalty charge",
    "CS": "Adjustment",
    "AP": "Acceleration of benefits",
    "BD": "Bad debt adjustment",
    "CV": "Capital passthru",
    "CR": "Capitation interest",
    "CT": "Capitation payment",
    "AM": "Applied to borrower's account",
    "OB": "Offset for affiliated providers",
    "PI": "Periodic interim payment",
    "RA": "Retro-activity adjustment",
    "TL": "Third party liability",
    "WU": "Unspecified recovery",
}


def account_of(code: str) -> str:
    """The ledger account of a PLB code, or "" when a person must choose."""
    return ACCOUNTS.get(code.upper(), "")


def name_of(code: str) -> str:
    """A PLB code in words; the code itself when it is not known."""
    return NAMES.get(code.upper(), code)
