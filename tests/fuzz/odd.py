"""What nobody means to send and somebody will: values for addresses, forms and bodies."""

from hypothesis import strategies as st

HUGE = (2**63, 2**63 - 1, 10**18, 10**18 - 1, 2**31, 2**31 - 1, 2**15, 10**30, 10**400)
#: Texts that have broken some product somewhere.
ODD_TEXTS = (
    "", " ", "\0", "a\0b", "²", "٣", "\ud800", "a\udfffb", "\x1b[31m", "\u202e", "\ufeff", "'", '"', "''; --", "%00",
    "%",
    "{{", "../../etc", "//x.example", "javascript:1", "NaN", "sNaN", "Infinity", "-Infinity", "1e999", "1e-999", "0x1",
    "1_000", "-0", "0", "-1", "true", "null", "[]", "{}", "0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01",
    "0000-00-00", "2026-11-20T99:99", "9999-12-31T23:59:59Z", "24:00", "ı", "ß" * 300, "x" * 20_000, "9" * 5_000,
    "a:" * 9_000,
    "kind:" * 500, '"' * 3_000, "(" * 2_000, "1." * 2_000, "~", "|", "~|~", "1.1.1", "1|1|1", "a|b", ".", "..", "\n",
    "\r\n",
    "owner:² age:>99999 amount:>9e9", "id", "-id", "pk", "password", "__", "practice__name", "*",
)  # fmt: skip
#: Values that are meant, so that what lies behind the first check is reached too.
MEANT = ["1", "2", "7", "10.00", "2026-11-20", "CO", "45", "payer", "practice", "all", "csv", "xlsx", "on"]


def odd_numbers() -> st.SearchStrategy[int]:
    """Whole numbers of every size, also where no engine can keep them."""
    return st.one_of(st.integers(0, 40), st.sampled_from([sign * one for one in HUGE for sign in (1, -1)]))


def odd_values() -> st.SearchStrategy[str]:
    """Texts for a parameter or a field."""
    named = st.sampled_from([*ODD_TEXTS, *MEANT])
    return st.one_of(named, odd_numbers().map(str), st.text(max_size=12), st.floats().map(str))
