"""Whether two names, or two member ids, are one person's: what differs harmlessly, and what contradicts. Pure.

Each question has three answers: True, they agree; False, they contradict each other; None, one of them says nothing.
Payers cut names off, drop hyphens, suffixes and middle names, and write what their own files hold, often the name
before a marriage; nicknames are known to nobody here. So a name that differs is weighed with what else is known of
the person (`is_other_person`), and never with figures: day and charge agree for half of a waiting room.
"""

import re
import unicodedata

#: Generations and degrees (NM107) that stand in the element of the surname.
_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "MD", "DO", "PHD", "ESQ"})
#: Too common to tell families apart by, where surnames are compared word by word.
_PARTICLES = frozenset({"ABU", "BIN", "DEL", "DELA", "DER", "DES", "DOS", "LAS", "LOS", "SAN", "VAN", "VON"})
#: What a newborn is called before it has a name.
_NOT_NAMED_YET = frozenset({"BABY", "BABYBOY", "BABYGIRL", "BOY", "FEMALE", "GIRL", "INFANT", "MALE", "NEWBORN"})
#: What stands for a surname that no file gave.
_NO_NAME = (["NOT", "NAMED"], ["UNKNOWN"])
_SHORTEST_WORD, _SHORTEST_CUT_OFF = 3, 8
_MBI = re.compile(r"[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}")
_HICN = re.compile(r"\d{9}[A-Z][A-Z0-9]?|[A-Z]{1,3}(?:\d{6}|\d{9})")
_MASKED = re.compile(r"[X*#]{3,}", re.IGNORECASE)
_LONGEST_ADDITION, _SHORTEST_ID = 3, 6


def is_other_person(*, last: bool | None, first: bool | None, member: bool | None, is_same_icn: bool) -> bool:
    """Whether what is known of two people contradicts that they are one.

    Both names never differ of one person. One of them may, where the member id agrees (a nickname, a marriage, a
    dependent) or the payer's own number of the claim does; a member id that differs as well takes that back.
    """
    different = (last, first).count(False)
    if different == 1:
        return member is False or not (member or is_same_icn)
    return different > 1


def names_agree(one: tuple[str, str], other: tuple[str, str]) -> tuple[bool | None, bool | None]:
    """(last, given names) of two people: whether each agrees. Names in the wrong order agree as the right ones do."""
    straight = last_names_agree(one[0], other[0]), first_names_agree(one[1], other[1])
    if False in straight and last_names_agree(one[1], other[0]) and first_names_agree(one[0], other[1]):
        return True, True
    return straight


def last_names_agree(one: str, other: str) -> bool | None:
    """Two surnames: alike but for case, accents, punctuation and suffix; one cut off; or with a word in common."""
    ours, theirs = _surname(one), _surname(other)
    if not ours or not theirs:
        return None
    is_same = "".join(ours) == "".join(theirs) or _is_cut_off("".join(ours), "".join(theirs))
    return is_same or bool(surname_words(one) & surname_words(other))


def first_names_agree(one: str, other: str) -> bool | None:
    """Two people's given names, first and middle: alike, cut off, an initial, or with a word in common."""
    ours, theirs = _words(one), _words(other)
    if not ours or not theirs or set(ours) <= _NOT_NAMED_YET or set(theirs) <= _NOT_NAMED_YET:
        return None
    if "".join(ours) == "".join(theirs) or _telling(ours) & _telling(theirs):
        return True
    shorter, longer = sorted((ours[0], theirs[0]), key=len)
    if not longer.startswith(shorter):
        return False
    # JON is JONATHAN; PAUL is not PAULA.
    is_short_form = len(shorter) >= _SHORTEST_WORD and len(longer) > len(shorter) + 1
    return len(shorter) == 1 or shorter == longer or is_short_form or _is_cut_off(shorter, longer)


def member_ids_agree(one: str, other: str) -> bool | None:
    """Two member ids: alike but for punctuation, leading zeros, and what plans add: up to three letters before it (a
    Blue plan), up to three letters or digits behind it (the number of a dependent).

    A Medicare beneficiary identifier and the claim number that it replaced say nothing of each other (42 USC
    405(c)(2)(C)(xiii)), nor does an id that is masked.
    """
    if not one or not other or _MASKED.search(one) or _MASKED.search(other):
        return None
    ours, theirs = _alphanumeric(one), _alphanumeric(other)
    if ours.lstrip("0") == theirs.lstrip("0") or _has_addition(ours, theirs) or _has_addition(theirs, ours):
        return True
    return None if _is_renumbered(ours, theirs) or _is_renumbered(theirs, ours) else False


def surname_words(name: str) -> set[str]:
    """The words of a surname by which families are told apart; the whole of one that has no such word."""
    words = _surname(name)
    return _telling(words) - _PARTICLES or {"".join(words)} - {""}


def _surname(name: str) -> list[str]:
    words = _words(name)
    return [] if words in _NO_NAME else [word for word in words if word not in _SUFFIXES] or words


def _words(name: str) -> list[str]:
    """The words of a name in capitals, without accents; an apostrophe parts nothing."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(c if c.isalpha() else "" if c in "'`\u2019." else " " for c in name.upper()).split()


def _telling(words: list[str]) -> set[str]:
    return {word for word in words if len(word) >= _SHORTEST_WORD}


def _is_cut_off(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _SHORTEST_CUT_OFF and longer.startswith(shorter)


def _alphanumeric(member_id: str) -> str:
    return "".join(filter(str.isalnum, member_id.upper()))


def _has_addition(short: str, long: str) -> bool:
    """Whether `long` is `short` with something before or behind it."""
    if len(short) < _SHORTEST_ID or not 0 < len(long) - len(short) <= _LONGEST_ADDITION:
        return False
    return long.startswith(short) or (long.endswith(short) and long.removesuffix(short).isalpha())


def _is_renumbered(old: str, new: str) -> bool:
    return bool(_HICN.fullmatch(old) and _MBI.fullmatch(new))
