"""What is searched by, of the people, phones and claims that are here already."""

import unicodedata

from django.db import migrations, models

from arwork.lib import bulk

_RANGE = 5_000


def in_ranges(model, *columns):
    last = model.objects.aggregate(last=models.Max("pk"))["last"] or 0
    for first in range(0, last + 1, _RANGE):
        yield list(model.objects.filter(pk__gte=first, pk__lt=first + _RANGE).values_list("pk", *columns))


def words_of(name):
    plain = unicodedata.normalize("NFKD", name.upper())
    bare = (one for one in plain if one != "'" and not unicodedata.combining(one))
    letters = "".join(one if one.isalpha() else " " for one in bare)
    return [word[:40] for word in letters.split() if len(word) > 1]


def grams_of(word):
    wide = f" {word} "
    return {wide[at : at + 3] for at in range(len(wide) - 2)}


def fill(apps, schema_editor):
    claim, person, phone, gram = (
        apps.get_model("claims", name) for name in ("Claim", "Person", "PersonPhone", "NameGram")
    )
    known = set()
    for rows in in_ranges(person, "last", "first"):
        turned = {pk: (f"{first} {last}".strip().upper()[:100],) for pk, last, first in rows}
        bulk.write(person, ("turned_name",), turned)
        fresh = {word for _, last, first in rows for word in words_of(f"{last} {first}")} - known
        known |= fresh
        grams = [gram(gram=part, word=word) for word in sorted(fresh) for part in ("", *sorted(grams_of(word)))]
        gram.objects.bulk_create(grams, ignore_conflicts=True, batch_size=_RANGE)
    for rows in in_ranges(phone, "number"):
        bulk.write(phone, ("ending",), {pk: (number[-4:],) for pk, number in rows if number})
    for rows in in_ranges(claim, "number"):
        tails = {pk: ("".join(filter(str.isalnum, number.upper()))[::-1],) for pk, number in rows}
        bulk.write(claim, ("tail",), tails)


class Migration(migrations.Migration):
    dependencies = [("claims", "0019_search_index")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
