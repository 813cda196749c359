from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from arwork.lib.paging import KeysetPage


def _render(text: str, request: HttpRequest | None = None, **context: object) -> str:
    request = request or RequestFactory().get("/list?payer=3&age=90&page=4")
    return Template("{% load arwork %}" + text).render(Context({"request": request, **context}))


def test_one_filter_changes_and_the_others_stay() -> None:
    assert _render("{% url_with request payer=5 %}") == "?payer=5&amp;age=90"


def test_an_empty_filter_goes_and_paging_starts_anew() -> None:
    assert _render("{% url_with request payer='' %}") == "?age=90"


def test_a_page_keeps_its_filters() -> None:
    assert _render("{% url_with request page=5 %}") == "?payer=3&amp;age=90&amp;page=5"


def test_a_header_sorts_one_way_and_then_the_other() -> None:
    plain = _render("{% sort_header 'charge' 'Charge' css='num' %}")
    assert (
        plain
        == '<th scope="col" class="num"><a class="sort" href="?payer=3&amp;age=90&amp;sort=charge">Charge</a></th>'
    )
    rising = _render("{% sort_header 'charge' 'Charge' %}", sort="charge")
    assert 'aria-sort="ascending"' in rising
    assert "sort=-charge" in rising
    falling = _render("{% sort_header 'charge' 'Charge' %}", sort="-charge")
    assert 'aria-sort="descending"' in falling
    assert "sort=charge" in falling
    assert "sort=-charge" in _render("{% sort_header 'charge' 'Charge' first='desc' %}")


def test_a_copy_button_holds_the_value_and_its_key() -> None:
    button = _render("{% copy icn what='ICN' key='i' %}", icn='1"2')
    assert 'data-copy="1&quot;2"' in button
    assert 'data-copy-key="i"' in button
    assert "Copy ICN" in button
    assert _render("{% copy none %}", none=None).strip() == ""


def test_heat_has_ten_steps() -> None:
    steps = [_render("{{ share|heat }}", share=share) for share in (None, 0, 0.01, 0.5, 1, 7)]
    assert steps == ["heat-0", "heat-0", "heat-1", "heat-5", "heat-9", "heat-9"]


def test_pages_know_their_neighbors() -> None:
    page = Paginator(range(100), 10).page(4)
    numbered = _render("{% pagination page %}", page=page)
    assert "31–40 of 100" in numbered
    assert "page=3" in numbered
    assert "page=5" in numbered
    keyset = _render("{% pagination page %}", page=KeysetPage([1, 2], next_cursor="77"))
    assert "after=77" in keyset
    assert "before=" not in keyset


def test_an_empty_place_says_what_brings_the_first_row_and_leads_there() -> None:
    told = _render(
        '{% nothing "No files" url=where action="Import files" %}\n  Import them, {{ who }}.\n{% endnothing %}',
        where="/imports",
        who="<Ana>",
    )
    assert "<h2>No files</h2>" in told
    assert "Import them, &lt;Ana&gt;." in told
    assert '<a class="btn btn-main" href="/imports">Import files</a>' in told
    assert "<a" not in _render("{% nothing title %}Wait.{% endnothing %}", title="None")
    assert "&lt;b&gt;" in _render("{% nothing title %}Wait.{% endnothing %}", title="<b>")


def test_progress_is_a_bar_and_its_numbers() -> None:
    shown = " ".join(_render('{% progress done total "reading" %}', done=1200, total=4800).split())
    assert '<progress max="4800" value="1200">1200 of 4800</progress>' in shown
    assert "1,200 of 4,800" in shown
