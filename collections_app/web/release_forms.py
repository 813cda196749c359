"""The forms of requests for records: who asks for what, what is read off their form, what leaves and how."""

from collections.abc import Sequence
from typing import Any

from django import forms

from claims.documents.media import MOST_MB
from claims.documents.services import BroughtFile
from claims.web.setup_forms import Choices, day_field
from collections_app.releases.authorization import ASSURANCES, OF_ACCESS_ELSEWHERE, POINTS, Form, RequestBasis, Signer
from collections_app.releases.directory import RequesterDraft
from collections_app.releases.packet import PacketChoice
from collections_app.releases.releasing import Leaving
from collections_app.releases.rules import PARTS, is_counted, needs_minimum
from collections_app.releases.services import RequestDraft
from collections_app.releases.words import REQUESTER_KINDS, WAYS

_FILE = forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"})
_ASSURED = [("", "None comes with it"), ("notice", "Notice to the patient"), ("order", "Qualified protective order")]


def paper_field(*, required: bool) -> forms.FileField:
    """The form as it came."""
    return forms.FileField(
        label="Their form or subpoena", required=required, widget=_FILE,
        help_text=f"PDF, PNG, JPEG or TIFF, up to {MOST_MB} MB.",
    )  # fmt: skip


class RequesterForm(forms.Form):
    """Somebody who asks for records."""

    name = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(label="Who they are", choices=REQUESTER_KINDS)
    address = forms.CharField(label="Address", max_length=120, required=False)
    city = forms.CharField(label="City", max_length=60, required=False)
    state = forms.CharField(label="State", max_length=2, required=False)
    zip = forms.CharField(label="ZIP", max_length=10, required=False)
    phone = forms.CharField(label="Phone", max_length=20, required=False)
    fax = forms.CharField(label="Fax", max_length=20, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    always_lacks = forms.CharField(
        label="What their forms lack again and again", max_length=200, required=False,
        help_text="Shown to whoever screens their next one.",
    )  # fmt: skip
    notes = forms.CharField(label="Notes", max_length=300, required=False, help_text="Nothing about patients.")

    def __init__(self, *args: Any, practices: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(practices) > 1:
            chosen = forms.TypedChoiceField(label="Practice", coerce=int, choices=practices)
            self.fields = {"practice": chosen, **self.fields}

    def draft(self) -> RequesterDraft:
        """What was entered."""
        return RequesterDraft(**{name: value for name, value in self.cleaned_data.items() if name != "practice"})


class RecordRequestForm(forms.Form):
    """A request as it came."""

    requester = forms.TypedChoiceField(label="Who asks", coerce=int)
    patient = forms.TypedChoiceField(label="About which patient", coerce=int)
    kind = forms.ChoiceField(label="By what right", choices=[(one.value, one.label) for one in RequestBasis])
    reference = forms.CharField(label="Their file or case number", max_length=60, required=False)
    received_on = day_field("Came on")
    answer_by = day_field("To be answered by", required=False, help_text="A day that the paper names.")
    asked = forms.MultipleChoiceField(
        label="What they ask for", choices=[(part.code, part.label) for part in PARTS],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    service_from = day_field("Services from", required=False, help_text="Empty: from the first visit on.")
    service_to = day_field("Services to", required=False, help_text="Empty: to the last visit.")
    words = forms.CharField(
        label="In their words", max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = paper_field(required=False)

    def __init__(self, *args: Any, requesters: Choices, patients: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requester"].choices = [("", "Choose"), *requesters]  # type: ignore[attr-defined]
        self.fields["patient"].choices = patients  # type: ignore[attr-defined]

    def draft(self) -> RequestDraft:
        """What was entered."""
        told = {
            name: value for name, value in self.cleaned_data.items() if name not in ("requester", "patient", "file")
        }
        return RequestDraft(
            requester_id=self.cleaned_data["requester"], patient_id=self.cleaned_data["patient"], **told
        )

    def paper(self) -> BroughtFile | None:
        """The form as it came, where it was brought along."""
        file = self.cleaned_data["file"]
        return BroughtFile(file.file, file.name, "patient", "Request for records") if file else None


class PaperForm(forms.Form):
    """A better form."""

    file = paper_field(required=True)

    def paper(self) -> BroughtFile:
        """What was brought."""
        file = self.cleaned_data["file"]
        return BroughtFile(file.file, file.name, "patient", "Request for records")


class ScreenForm(forms.Form):
    """The checklist of one right: a point is checked where the form shows it."""

    def __init__(self, *args: Any, basis: RequestBasis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis = basis
        self.points = [point.code for point in POINTS[basis]]
        for point in POINTS[basis]:
            self.fields[point.code] = _check(point.asks, point.cite)
        if basis is RequestBasis.SUBPOENA:
            self.fields["assurance"] = forms.ChoiceField(label="What comes with it", choices=_ASSURED, required=False)
            for points in ASSURANCES.values():
                for point in points:
                    self.fields[point.code] = _check(point.asks, point.cite)
                    self.points.append(point.code)
        if basis is RequestBasis.AUTHORIZATION:
            self.fields["signed_on"] = day_field("Signed on", required=False)
            self.fields["expires_on"] = day_field("Expires on", required=False)
            self.fields["expires_event"] = forms.CharField(
                label="Or ends with an event", max_length=120, required=False, help_text="Such as: end of the case."
            )
            self.fields["is_event_over"] = _check("This event has come", "")
        if basis is RequestBasis.ACCESS:
            self.fields["goes_elsewhere"] = _check("It is to go to somebody else than who asks", "")
            self.fields[OF_ACCESS_ELSEWHERE.code] = _check(OF_ACCESS_ELSEWHERE.asks, OF_ACCESS_ELSEWHERE.cite)
            self.points.append(OF_ACCESS_ELSEWHERE.code)
        if basis in (RequestBasis.AUTHORIZATION, RequestBasis.ACCESS):
            signers = [(one.value, one.label) for one in Signer]
            self.fields["signer"] = forms.ChoiceField(label="Who signed", choices=signers)
            self.fields["authority"] = forms.CharField(
                label="By what authority", max_length=120, required=False, help_text="Where it is not the patient."
            )
            self.fields["has_proof"] = _check("A document proves this authority", "45 CFR 164.514(h)(2)")
            self.fields["may_minor_sign"] = _check(
                "A minor may sign for this care alone by the law of the state", "45 CFR 164.502(g)(3)(i)"
            )
        self.fields["has_psychotherapy"] = _check("Psychotherapy notes are asked for", "45 CFR 164.508(a)(2)")
        self.fields["psychotherapy_named"] = _check("An authorization of their own names these notes", "")
        self.fields["has_part2"] = _check("Records of treatment for substance use are among them", "42 CFR part 2")
        self.fields["part2_named"] = _check("A consent or order names these records", "42 CFR 2.31, 2.61")
        self.points += ["psychotherapy_named", "part2_named"]

    @property
    def checklist(self) -> list[forms.BoundField]:
        """The points of the right itself."""
        return [self[point.code] for point in POINTS[self.basis]]

    @property
    def others(self) -> list[forms.BoundField]:
        """Everything else: days, who signed, special records."""
        own = {point.code for point in POINTS[self.basis]}
        return [bound for bound in self.visible_fields() if bound.name not in own]

    def read(self) -> Form:
        """What was read off the form."""
        told = self.cleaned_data
        facts = {name: value for name, value in told.items() if name not in self.points}
        return Form(shows=frozenset(code for code in self.points if told[code]), **facts)


class RevokeForm(forms.Form):
    """The patient took it back."""

    revoked_on = day_field("Revoked on")
    how = forms.CharField(label="How", max_length=300, help_text="By letter, in person; where the paper is.")


class CloseForm(forms.Form):
    """Nothing leaves."""

    state = forms.ChoiceField(
        label="What happened", choices=[("refused", "We refuse it"), ("withdrawn", "They withdrew")]
    )
    reason = forms.CharField(label="Why", max_length=300)


class NextForm(forms.Form):
    """Who does what next."""

    owner = forms.TypedChoiceField(label="Owner", coerce=int)
    next_action = forms.CharField(label="Next step", max_length=80)
    next_on = day_field("On")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """What leaves, and how."""

    parts = forms.MultipleChoiceField(label="What goes", widget=forms.CheckboxSelectMultiple)
    documents = forms.TypedMultipleChoiceField(
        label="Which documents", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    service_from = day_field("Services from", required=False)
    service_to = day_field("Services to", required=False)
    because = forms.CharField(
        label="Why no less would do",
        max_length=300,
        required=False,
        help_text="The least that is needed: 45 CFR 164.502(b).",
    )
    way = forms.ChoiceField(label="How it leaves", choices=WAYS)
    went_to = forms.CharField(
        label="Where to", max_length=300, required=False, help_text="Empty: as the directory says."
    )
    proof = forms.CharField(
        label="Proof", max_length=120, required=False, help_text="Number of the mail or fax, or who took it."
    )

    def __init__(
        self, *args: Any, basis: RequestBasis, asked: Sequence[str], documents: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ours = [(part.code, part.label) for part in PARTS if part.is_ours and part.code in asked]
        self.fields["parts"].choices = ours  # type: ignore[attr-defined]
        self.fields["documents"].choices = documents  # type: ignore[attr-defined]
        if not documents or "documents" not in asked:
            del self.fields["documents"]
        if not needs_minimum(basis):
            del self.fields["because"]
        self.is_counted = is_counted(basis)

    def choice(self) -> PacketChoice:
        """What goes."""
        told = self.cleaned_data
        return PacketChoice(told["parts"], told.get("documents", ()), told["service_from"], told["service_to"])

    def leaving(self) -> Leaving:
        """How it leaves."""
        told = self.cleaned_data
        return Leaving(told["way"], told["went_to"], told["proof"], told.get("because", ""))


class RecordFeeForm(forms.Form):
    """The fee came."""

    paid_on = day_field("Came on")


def _check(asks: str, cite: str) -> forms.BooleanField:
    return forms.BooleanField(label=asks, required=False, help_text=cite)
