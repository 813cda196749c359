"""Forms by which people are corrected; each asks on whose word, and keeps what there was as it was opened."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import QueryDict

from claims.amendments.contact_points import PHONE_KINDS, AddressFacts
from claims.amendments.coverages import PLACES, SELF, CoverFacts
from claims.amendments.history import Turn, Word
from claims.amendments.particulars import Particulars
from claims.amendments.selectors import SOURCES
from claims.parties.party_drafts import PersonDraft
from claims.plausible.particulars import LANGUAGES, RELATIONS, SEXES
from claims.plausible.places import STATES
from claims.web.setup_forms import day_field

if TYPE_CHECKING:
    from arwork.staff.models import User

Choices = Sequence[tuple[Any, str]]
_LANGUAGES = [("", "Not known"), *LANGUAGES.items()]
_STATES = [("", ""), *((code, f"{code}, {name}") for code, name in STATES.items())]


class WordForm(forms.Form):
    """On whose word, and why. `seen` is the newest change as the form was opened, `confirmed` says that what is odd, or
    what it does to the books, was read."""

    source = forms.ChoiceField(label="On whose word", choices=SOURCES)
    said_by = forms.CharField(
        label="Who, or which document", max_length=120, required=False, help_text="Such as: his wife; licence; letter."
    )
    reason = forms.CharField(label="Why, if it needs saying", max_length=300, required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def turn(self, actor: "User", *, now: dt.datetime, today: dt.date) -> Turn:
        """Who changes something, on whose word."""
        data = self.cleaned_data
        return Turn(actor, Word(data["source"], data["said_by"], data["reason"]), now, today, data["seen"])

    def keep(self, **values: object) -> None:
        """Have the form, as it is shown again, say so."""
        data = cast(QueryDict, self.data).copy()
        for name, value in values.items():
            data.setlist(name, [str(value)])
        self.data = data


class ParticularsForm(WordForm):
    """Names, day of birth, sex and language."""

    last = forms.CharField(label="Last name", max_length=60)
    first = forms.CharField(label="First name", max_length=35, required=False)
    middle = forms.CharField(label="Middle name", max_length=25, required=False)
    suffix = forms.CharField(label="Suffix", max_length=10, required=False)
    birth_on = forms.DateField(
        label="Date of birth", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sex = forms.ChoiceField(label="Sex", choices=[("", "Not said"), *SEXES.items()], required=False)
    language = forms.ChoiceField(label="Language", choices=_LANGUAGES, required=False)
    field_order = ("last", "first", "middle", "suffix", "birth_on", "sex", "language")

    def facts(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in self.field_order})


class LanguageForm(WordForm):
    """In which language somebody is written and spoken to."""

    language = forms.ChoiceField(label="Language", choices=_LANGUAGES, required=False)
    field_order = ("language",)


class AddressForm(WordForm):
    """A postal address."""

    line1 = forms.CharField(label="Street or box", max_length=80)
    line2 = forms.CharField(label="Apartment, care of", max_length=80, required=False)
    city = forms.CharField(label="City", max_length=60)
    state = forms.ChoiceField(label="State", choices=_STATES)
    zip = forms.CharField(label="ZIP", max_length=10)
    field_order = ("line1", "line2", "city", "state", "zip")

    def facts(self) -> AddressFacts:
        return AddressFacts(**{name: self.cleaned_data[name] for name in self.field_order})


class PhoneForm(WordForm):
    """A phone number."""

    number = forms.CharField(label="Number", max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    kind = forms.ChoiceField(label="Kind", choices=list(PHONE_KINDS.items()))
    is_preferred = forms.BooleanField(label="Asked to be called here", required=False)
    field_order = ("number", "kind", "is_preferred")


class PhoneStateForm(WordForm):
    """What is known of a phone number."""

    kind = forms.ChoiceField(label="Kind", choices=list(PHONE_KINDS.items()))
    is_preferred = forms.BooleanField(label="Asked to be called here", required=False)
    is_wrong = forms.BooleanField(label="Wrong number: it reaches somebody else, or nobody", required=False)
    field_order = ("kind", "is_preferred", "is_wrong")


class EmailForm(WordForm):
    """An e-mail address."""

    address = forms.CharField(
        label="E-mail address", max_length=254, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    is_wrong = forms.BooleanField(label="It reaches nobody, or somebody else", required=False)
    field_order = ("address", "is_wrong")


class CoverageForm(WordForm):
    """A coverage as the card says it. Who is insured is one of the account's people, or is named."""

    payer = forms.TypedChoiceField(label="Payer", coerce=int, help_text="Type the first letters of its name.")
    rank = forms.TypedChoiceField(
        label="Place", coerce=int, choices=[(rank, word.capitalize()) for rank, word in PLACES.items()]
    )
    member_id = forms.CharField(label="Member id", max_length=80, widget=forms.TextInput(attrs={"spellcheck": "false"}))
    group_number = forms.CharField(label="Group number", max_length=50, required=False)
    group_name = forms.CharField(label="Group name", max_length=60, required=False)
    relationship = forms.ChoiceField(
        label="The patient is to the insured", choices=list(RELATIONS.items()), initial=SELF
    )
    subscriber = forms.TypedChoiceField(label="Insured", coerce=int, required=False, empty_value=None)
    insured_last = forms.CharField(label="Or somebody else: last name", max_length=60, required=False)
    insured_first = forms.CharField(label="First name", max_length=35, required=False)
    insured_birth_on = day_field("Date of birth", required=False)
    valid_from = day_field("First day", required=False, help_text="Left open: as long as anybody knows.")
    valid_to = day_field("Last day", required=False)
    on_claims = forms.BooleanField(
        label="Also bill it for open claims of these days that name nobody in its place", required=False
    )
    field_order = (
        "payer", "rank", "member_id", "group_number", "group_name", "relationship", "subscriber", "insured_last",
        "insured_first", "insured_birth_on", "valid_from", "valid_to", "on_claims",
    )  # fmt: skip

    def __init__(self, *args: Any, payers: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["payer"]).choices = [("", ""), *payers]
        cast(forms.TypedChoiceField, self.fields["subscriber"]).choices = [("", "The patient"), *people]

    def fix(self, payer_id: int, rank: int) -> None:
        """A coverage that stands: payer and place stay, and no claim is touched."""
        for name in ("payer", "rank", "on_claims"):
            del self.fields[name]
        self._standing = (payer_id, rank)

    def facts(self) -> CoverFacts:
        data = self.cleaned_data
        payer_id, rank = getattr(self, "_standing", None) or (data["payer"], data["rank"])
        return CoverFacts(
            payer_id=payer_id,
            rank=rank,
            member_id=data["member_id"],
            group_number=data["group_number"],
            group_name=data["group_name"],
            relationship=data["relationship"],
            subscriber_id=data["subscriber"],
            insured=_draft(data, "insured_", data["member_id"]),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
        )


class CoverageEndForm(WordForm):
    """The last day of a coverage."""

    valid_to = day_field("Last day on which it answers")
    off_claims = forms.BooleanField(
        label="Also take it off claims of later services that its payer has not answered for", required=False
    )
    field_order = ("valid_to", "off_claims")


class CoverageOrderForm(WordForm):
    """Which coverage comes first, second and third."""

    on_claims = forms.BooleanField(label="Also on open claims that no payer has answered for", required=False)

    def __init__(self, *args: Any, covers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [f"place{rank}" for rank in range(1, len(covers) + 1)]
        for rank, (name, (pk, _)) in enumerate(zip(places, covers, strict=True), 1):
            label = PLACES.get(rank, f"{rank}.").capitalize()
            self.fields[name] = forms.TypedChoiceField(label=label, coerce=int, choices=covers, initial=pk)
        self.places = places
        self.order_fields([*places, "on_claims"])

    def order(self) -> list[int]:
        return [self.cleaned_data[name] for name in self.places]


class GuarantorForm(WordForm):
    """Who answers for an account."""

    person = forms.TypedChoiceField(label="Who answers", coerce=int, required=False, empty_value=None)
    last = forms.CharField(label="Or somebody else: last name", max_length=60, required=False)
    first = forms.CharField(label="First name", max_length=35, required=False)
    birth_on = day_field("Date of birth", required=False)
    from_on = day_field("From")
    field_order = ("person", "last", "first", "birth_on", "from_on")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["person"]).choices = [("", "Somebody else"), *people]

    def named(self) -> PersonDraft | None:
        return _draft(self.cleaned_data, "", "entered by hand")


def _draft(data: dict[str, Any], prefix: str, otherwise: str) -> PersonDraft | None:
    """Somebody who is named in a form; None where nobody is."""
    last, born = data[f"{prefix}last"].strip(), data[f"{prefix}birth_on"]
    if not last:
        return None
    return PersonDraft(last, data[f"{prefix}first"].strip(), birth_on=born, otherwise="" if born else otherwise)
