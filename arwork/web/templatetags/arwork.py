"""Template tags and filters that all pages share: money, dates, copy buttons, addresses of filters, keys.

`{% load arwork %}`. Money and dates are formatted by `arwork.web.formats`; nothing here asks the database.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from arwork.staff.access import Capability, may
from arwork.web import formats

register = template.Library()


@register.filter
def usd(amount: Decimal | int | str | None) -> str:
    """`$1,240.00`."""
    return formats.usd(amount)


@register.filter
def usd_table(amount: Decimal | int | None) -> str:
    """`1,240.00`; zero is a dash."""
    return formats.usd_table(amount)


@register.filter
def usd_plain(amount: Decimal | int | None) -> str:
    """`1240.00`."""
    return formats.usd_plain(amount)


@register.filter
def day(value: dt.date | None) -> str:
    """`Nov 21, 2026`; a moment is taken where the office is."""
    return formats.day(_office(value))


@register.filter
def isoday(value: dt.date | None) -> str:
    """`2026-11-21`; a moment is taken where the office is."""
    return formats.isoday(_office(value))


@register.filter
def moment(value: dt.datetime | None) -> str:
    """`2026-11-21 14:32`, where the office is."""
    return "" if value is None else f"{_office(value):%Y-%m-%d %H:%M}"


@register.filter
def when(value: dt.datetime | None, today: dt.date) -> str:
    """`at 14:32` today, else `on Nov 21 at 14:32`, where the office is."""
    return "" if value is None else formats.when(timezone.localtime(value), today)


@register.filter
def minutes_seconds(seconds: int | None) -> str:
    """`12:05` from 725; nothing counted is `0:00`."""
    return f"{(seconds or 0) // 60}:{(seconds or 0) % 60:02d}"


@register.filter
def percent(value: Decimal | float | None) -> str:
    """`62 %` from 0.62."""
    return "" if value is None else f"{Decimal(str(value)) * 100:.0f} %"


@register.filter
def words(name: str) -> str:
    """`person opened` from `person_opened`: a code's name as words."""
    return name.replace("_", " ")


@register.filter
def lower_first(text: str) -> str:
    """`give 2 items to Cora` from `Give 2 items to Cora`: names keep their capitals."""
    return text[:1].lower() + text[1:]


@register.simple_tag
def age(value: dt.date | None, today: dt.date) -> str:
    """`41 d` between `value` and `today`."""
    return formats.age(_office(value), today)


def _office(value: dt.date | None) -> dt.date | None:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.simple_tag
def copy(value: Any, *, shown: str = "", what: str = "", key: str = "") -> SafeString:
    """A button that copies `value` (and shows it, or `shown`). `c` then `key` does the same.

    `what` names it to a screen reader and in the list of keys: "Claim number". Written here and not in a template
    of its own because a page holds dozens: rendering one would cost more than all the rest of it.
    """
    if value is None or value == "":
        return mark_safe("")
    words = what[:1].lower() + what[1:] if what[1:2].islower() else what
    return format_html(
        '<button type="button" class="copy" data-copy="{}"{} data-key-label="Copy {}" title="Copy{}">{}{}'
        '<span class="copy-done" aria-hidden="true">copied</span></button>',
        value,
        format_html(' data-copy-key="{}"', key) if key else "",
        words or "this",
        f" (c {key})" if key else "",
        format_html('<span class="sr-only">Copy {}: </span>', what) if what else "",
        shown or value,
    )


@register.simple_tag
def url_with(request: HttpRequest, **changes: Any) -> str:
    """The query string of this page with some keys changed; None or "" drops one. Paging starts anew.

    `{% url_with request payer=3 %}` -> `?age=90&payer=3`; give `page=` or `after=` to keep a place.
    """
    query = request.GET.copy()
    if not {"page", "after", "before"} & set(changes):
        for name in ("page", "after", "before"):
            query.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, [str(one) for one in value])
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_header(context: Context, name: str, label: str, *, css: str = "", first: str = "asc") -> SafeString:
    """A `<th>` that sorts by `name`: `?sort=name` or `?sort=-name`; `first` is the direction of the first click.

    The page puts the sort in force into the context as `sort`; without it the address is read.
    """
    request: HttpRequest = context["request"]
    now = context.get("sort") or request.GET.get("sort", "")
    rising, falling = now == name, now == f"-{name}"
    other = f"-{name}" if rising or (not falling and first == "desc") else name
    state = format_html(' aria-sort="{}"', "ascending" if rising else "descending") if rising or falling else ""
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        state,
        url_with(request, sort=other),
        label,
    )


@register.simple_tag
def kbd(key: str) -> SafeString:
    """A key as it is printed on the keyboard; hidden from screen readers, which read `aria-keyshortcuts`."""
    return format_html('<kbd class="kbd" aria-hidden="true">{}</kbd>', key)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, css: str = "", help_text: str = "") -> dict[str, Any]:
    """One field of a plain form: label, control, help and errors, tied together for screen readers."""
    return {**_field_parts(bound, help_text or str(bound.help_text)), "css": css}


def _field_parts(bound: BoundField, help_text: str) -> dict[str, Any]:
    described = [f"{bound.auto_id}_help"] * bool(help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "help_text": help_text,
        "is_check": kind == "checkbox" and not hasattr(widget, "choices"),
        "is_group": bool(widget.use_fieldset),
    }


@register.simple_block_tag
def nothing(content: SafeString, title: str, *, url: str = "", action: str = "") -> SafeString:
    """Where rows would stand: that there are none, and in between what brings the first; `action` leads to `url`.

    `{% nothing "No claims yet" %}Import a claim file.{% endnothing %}`: words that an include's one line cannot hold.
    """
    return render_to_string("components/empty.html", {"title": title, "text": content, "url": url, "action": action})


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    """How far something is, as a bar and as numbers."""
    return {"done": done, "total": total, "label": label}


@register.filter
def heat(share: Decimal | float | None) -> str:
    """The class of a heat cell for a share between 0 and 1: `heat-0` to `heat-9`."""
    if not share or share <= 0:
        return "heat-0"
    return f"heat-{min(9, 1 + int(Decimal(str(share)) * 9))}"


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> dict[str, Any]:
    """Where we are and the ways on, for a Django `Page` or anything with `previous`/`next` cursors.

    A keyset page offers `next_cursor` and `previous_cursor` (None at the ends), `shown` and, if known, `total`.
    """
    return {"request": context["request"], "page": page, "keyset": hasattr(page, "next_cursor")}


@register.simple_tag(takes_context=True)
def trail(context: Context, subject: str, pk: int) -> SafeString:
    """A link to the audit trail of one thing, who opened it and who changed it, for those who may read the trail."""
    if not may(context["request"].user, Capability.SEE_AUDIT):
        return mark_safe("")
    words = '<a class="no-print" href="{}?subject={}&amp;number={}" title="Who opened or changed it">Audit trail</a>'
    return format_html(words, reverse("staff:audit"), subject, pk)
