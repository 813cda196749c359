"""Names as they are misspelled: every word that a name of the books has, found by the threes of letters it shares.

A table of words, not of people: half a million people share some tens of thousands of names, so it stays small, is
written only where a file brings a new word, and says nothing of who bears one. Works alike on both engines.
"""

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count

from arwork.lib import bulk
from claims.parties.models import NameGram

if TYPE_CHECKING:
    from claims.parties.models import Person

LONGEST_WORD = 40
FEWEST_LETTERS = 3  # of a word that may be misspelled: shorter ones are like everything
_CANDIDATES = 300
_MOST = 4


def words_of(name: str) -> list[str]:
    """The words of a name as they are indexed: capitals, letters alone, accents off."""
    plain = unicodedata.normalize("NFKD", name.upper())
    bare = (one for one in plain if one != "'" and not unicodedata.combining(one))
    letters = "".join(one if one.isalpha() else " " for one in bare)
    return [word[:LONGEST_WORD] for word in letters.split() if len(word) > 1]


def grams_of(word: str) -> set[str]:
    """Its groups of three letters, as if a blank stood around it: ` SM`, `SMI`, ..., `TH `."""
    wide = f" {word} "
    return {wide[at : at + 3] for at in range(len(wide) - 2)}


def learn_names(people: "Iterable[Person]") -> None:
    """Index the words of these people's names that are not known yet. One query where all are."""
    words = {word for one in people for word in words_of(f"{one.last} {one.first}")}
    known = set(NameGram.objects.filter(bulk.Among("word", sorted(words)), gram="").values_list("word", flat=True))
    fresh = sorted(words - known)
    rows = [NameGram(gram=gram, word=word) for word in fresh for gram in ("", *sorted(grams_of(word)))]
    bulk.insert(NameGram, rows, ignore_conflicts=True)


def similar_words(text: str) -> list[str]:
    """Known words that `text` may be meant for, the likeliest first; itself too where it is known."""
    words = words_of(text)
    if len(words) != 1 or len(words[0]) < FEWEST_LETTERS:
        return []
    word = words[0]
    grams = grams_of(word)
    rows = NameGram.objects.filter(gram__in=grams).order_by().values("word")
    likely = rows.annotate(shared=Count("pk")).filter(shared__gte=max(1, len(grams) // 4)).order_by("-shared", "word")
    most = 1 if len(word) < 6 else 2
    found = ((edits(word, one), -shared, one) for one, shared in likely.values_list("word", "shared")[:_CANDIDATES])
    return [one for distance, _, one in sorted(found) if distance <= most][:_MOST]


def edits(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour (Damerau and Levenshtein)."""
    before, row = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(row[to - 1] + 1, before[to] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]
