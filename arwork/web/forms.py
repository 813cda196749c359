"""Forms of staff pages."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator

from arwork.staff.access import CAPABILITIES, NamedPractice
from arwork.staff.people import PersonFacts

ROLES = [
    ("collector", "Collector: works items, resolves exceptions"),
    ("supervisor", "Supervisor: also imports, posts, reports, assigns, runs the day"),
    ("admin", "Administrator: also people, contracts, audit of their practices"),
    ("auditor", "Auditor: reads books, reports and audit, changes nothing"),
    ("owner", "Owner: also what all practices share: opening them, access, payers, rules"),
]
if {role for role, _ in ROLES} != set(CAPABILITIES):
    raise AssertionError("every role needs its words")


class NewPasswordForm(forms.Form):
    """A new password of one's own, twice."""

    new = forms.CharField(
        label="New password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters and hard to guess; a few unrelated words are good.",
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        if self.user.check_password(new):
            raise ValidationError("Choose another one than the present password.")
        return new

    def clean(self) -> dict[str, Any]:
        data = cast(dict[str, Any], super().clean())
        if "new" in data and data.get("again") != data["new"]:
            self.add_error("again", "The two new passwords differ.")
        return data


class PasswordForm(NewPasswordForm):
    """The old password, and the new one twice."""

    old = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "new", "again")

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError("That is not your present password.")
        return old


class ForgottenForm(forms.Form):
    """Who has forgotten their password."""

    who = forms.CharField(
        label="User name or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class PersonForm(forms.Form):
    """A member of staff, as an administrator enters them."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[RegexValidator(r"^[\w.@+-]+$", "Use letters, digits and . @ + - _ only.")],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    email = forms.EmailField(label="E-mail", required=False)
    role = forms.ChoiceField(label="Role", choices=ROLES)
    practices = forms.TypedMultipleChoiceField(
        label="Practices",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        help_text="Without any, the person sees no claim, account or work.",
    )

    def __init__(self, *args: Any, practices: Sequence[NamedPractice], roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedMultipleChoiceField, self.fields["practices"])
        field.choices = [(practice.id, practice.name) for practice in practices]
        cast(forms.ChoiceField, self.fields["role"]).choices = [one for one in ROLES if one[0] in roles]

    def facts(self) -> PersonFacts:
        """What was entered, after validation."""
        data = dict(self.cleaned_data)
        return PersonFacts(**{**data, "practices": frozenset(data["practices"])})


class AuditFilterForm(forms.Form):
    """The audit page's filters, from the address."""

    who = forms.TypedChoiceField(label="Who", coerce=int, required=False, empty_value=None)
    action = forms.CharField(label="Did", max_length=40, required=False)
    subject = forms.CharField(label="To", max_length=40, required=False)
    number = forms.IntegerField(label="Number", min_value=0, required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label="To the end of",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MaxValueValidator(dt.date(9998, 12, 31))],  # the day after it is asked for
    )
    after = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["who"]).choices = [("", "Everybody"), *people]
