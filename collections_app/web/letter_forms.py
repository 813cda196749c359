"""Forms of letters: how the list is narrowed, the facts of a letter, why one is taken back."""

from collections.abc import Sequence
from typing import Any

from django import forms

from claims.web.setup_forms import day_field
from collections_app.letters.kinds import FactShape, LetterKind, MergeField
from collections_app.letters.words import LANGUAGES

_SHORT, _LONG = 120, 4000


class VoidForm(forms.Form):
    """Why a letter no longer counts."""

    reason = forms.CharField(label="Why it no longer counts", max_length=300)


class FactsForm(forms.Form):
    """The facts that a kind of letter asks for, in the language it is written in."""

    language = forms.ChoiceField(label="Language", choices=LANGUAGES)

    def __init__(
        self,
        *args: Any,
        kind: LetterKind,
        visits: Sequence[tuple[int, str]] = (),
        is_replacing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for field in kind.fields:
            self.fields[field.name] = _asked(field)
        if visits:
            self.fields["claim"] = forms.TypedChoiceField(
                label="About one visit", choices=[("", "The whole account"), *visits], coerce=int, empty_value=None,
                required=False,
            )  # fmt: skip
        if is_replacing:
            self.fields["reason"] = forms.CharField(label="Why the letter before no longer counts", max_length=300)

    def given(self) -> dict[str, Any]:
        """The facts that were entered; one left open is none."""
        data = self.cleaned_data
        return {field.name: data[field.name] for field in self.kind.fields if data[field.name] not in (None, "")}


class SendForm(forms.Form):
    """How a letter goes out."""

    channel = forms.ChoiceField(
        label="How",
        choices=[("mail", "By mail"), ("email", "By e-mail, as a link"), ("text", "By text message, as a link")],
    )


def _asked(field: MergeField) -> forms.Field:
    label, is_needed = f"{field.label[0].upper()}{field.label[1:]}", not field.is_optional
    if field.shape == FactShape.MONEY:
        return forms.DecimalField(
            label=label, required=is_needed, min_value=0, max_digits=10, decimal_places=2, help_text=field.asks
        )
    if field.shape == FactShape.DAY:
        return day_field(label, required=is_needed, help_text=field.asks)
    if field.shape == FactShape.WORDS:
        area = forms.Textarea(attrs={"rows": 6})
        return forms.CharField(label=label, required=is_needed, max_length=_LONG, widget=area, help_text=field.asks)
    return forms.CharField(label=label, required=is_needed, max_length=_SHORT, help_text=field.asks)
