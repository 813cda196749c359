"""A figure tried on one's own history before it is published, and how well the score's chances came true."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.staff.access import Capability, practice_choice
from arwork.web import charts
from arwork.web.pages import StaffRequest, page
from collections_app.limits.selectors import limit_book
from collections_app.worklist import backtest as past
from collections_app.worklist.lanes import LaneFigures, lane_figures


class BacktestForm(forms.Form):
    """The figures to try, in dollars, and whose history."""

    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    minute_worth = forms.DecimalField(
        label="A minute of work brings at least", min_value=0, max_value=1000, decimal_places=2
    )
    small_balance = forms.DecimalField(label="Small balances are below", min_value=0, max_value=1000, decimal_places=2)

    def __init__(self, *args: Any, practices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].choices = practices  # type: ignore[attr-defined]


@page(Capability.SEE_TEAM)
def backtest(request: StaffRequest) -> HttpResponseBase:
    """Dollars an hour, windows lost and calibration over answered touches, under the figures that hold and others."""
    today = clock.today()
    practices = [(one.id, one.name) for one in practice_choice(request.user).practices]
    first = practices[0][0] if practices else 0
    held = _held(first)
    form = BacktestForm({**held, **request.GET.dict()}, practices=practices)
    context: dict[str, Any] = {"form": form, "answered": past.ANSWERED_WITHIN.days}
    if not form.is_valid():
        return TemplateResponse(request, "collections/backtest.html", context, status=422 if request.GET else 200)
    asked = form.cleaned_data
    figures = _figures(asked["practice"])
    proposed = figures._replace(minute_worth=asked["minute_worth"], small_below=asked["small_balance"])
    found = past.backtest(
        actor=request.user, practice_id=asked["practice"], proposed=proposed, today=today, now=clock.now()
    )
    context |= {"found": found, "figures": figures, "proposed": proposed, "is_same": figures == proposed}
    if found.deciles:
        context["chart"] = _chart(found.deciles)
    return TemplateResponse(request, "collections/backtest.html", context)


def _figures(practice_id: int) -> LaneFigures:
    return lane_figures(limit_book(), practice_id=practice_id, on=clock.today())


def _held(practice_id: int) -> dict[str, Any]:
    """What the form shows first: the figures that hold."""
    figures = _figures(practice_id)
    return {"practice": practice_id, "minute_worth": figures.minute_worth, "small_balance": figures.small_below}


def _chart(deciles: list[past.RateDecile]) -> charts.Chart:
    return charts.bar_chart(
        "Chance and what came, by tenth of the touches, in percent",
        [str(place) for place in range(1, len(deciles) + 1)],
        [
            charts.Series("predicted", [Decimal(round(one.predicted)) for one in deciles]),
            charts.Series("came in", [Decimal(round(one.came)) for one in deciles]),
        ],
        write=lambda value: f"{value:.0f} %",
    )
