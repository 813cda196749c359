"""Who is offered what, and what happens to whom is not."""

import pytest
from django.test import Client
from django.urls import reverse

from arwork.web.page_frame import MENU, NAV_ENTRIES
from tests.cast import make_practice, make_user

pytestmark = pytest.mark.django_db


BACKEND = "django.contrib.auth.backends.ModelBackend"
COLLECTOR = ["Desk", "My day", "List", "Claims", "Accounts", "Money", "Payers", "Patients", "Letters", "Setup"]
SUPERVISOR = [
    "Desk",
    "My day",
    "List",
    "Team",
    "Claims",
    "Accounts",
    "Imports",
    "Money",
    "Payers",
    "Patients",
    "Letters",
    "Reports",
    "Setup",
]
AUDITOR = [
    "List",
    "Team",
    "Claims",
    "Accounts",
    "Imports",
    "Money",
    "Payers",
    "Patients",
    "Letters",
    "Reports",
    "Setup",
]


@pytest.fixture
def sample(settings: object) -> None:
    """A page with nothing of its own on it."""
    settings.ROOT_URLCONF = "tests.web.sample"  # type: ignore[attr-defined]


def _offered(client: Client, role: str) -> tuple[list[str], list[str]]:
    client.force_login(make_user(username=role, role=role, practices=[make_practice()]), backend=BACKEND)
    context = client.get("/claims").context
    return [entry["label"] for entry in context["nav"]], [entry["label"] for entry in context["menu"]]


@pytest.mark.parametrize(
    ("role", "nav", "menu"),
    [
        ("collector", COLLECTOR, ["API tokens", "Emergency access"]),
        ("supervisor", SUPERVISOR, ["API tokens", "Emergency access"]),
        ("admin", SUPERVISOR, ["People", "Audit trail", "API tokens", "Webhooks", "Emergencies", "Emergency access"]),
        (
            "owner",
            SUPERVISOR,
            [
                "People",
                "Access to practices",
                "Audit trail",
                "API tokens",
                "Webhooks",
                "Emergencies",
                "Emergency access",
            ],
        ),
        ("auditor", AUDITOR, ["Audit trail", "API tokens", "Emergency access"]),
    ],
)
def test_only_what_the_role_may_open_is_offered(client: Client, role: str, nav: list[str], menu: list[str]) -> None:
    assert _offered(client, role) == (nav, menu)


@pytest.mark.parametrize("role", ["collector", "supervisor", "admin", "owner", "auditor"])
def test_everything_that_is_offered_opens(client: Client, role: str) -> None:
    client.force_login(make_user(role=role, practices=[make_practice()]), backend=BACKEND)
    context = client.get("/claims").context
    places = [*context["nav"], *context["menu"]]
    assert {place["url"]: client.get(place["url"], follow=True).status_code for place in places} == {
        place["url"]: 200 for place in places
    }


def test_letters_of_the_navigation_are_its_own() -> None:
    letters = [place.letter for place in (*NAV_ENTRIES, *MENU) if place.letter]  # what is seldom opened has none
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("/claims", "Claims"), ("/reports/aging", "Reports"), ("/setup/payers", "Setup"), ("/people", "Setup"),
        ("/audit", "Setup"), ("/webhooks", "Setup"), ("/emergencies", "Setup"), ("/remits/exceptions", "Money"),
        ("/approvals", "Money"), ("/claims/duplicates", "Money"),
        ("/money", "Money"),
    ],
)  # fmt: skip
def test_the_place_we_are_at_is_marked(client: Client, address: str, label: str) -> None:
    client.force_login(make_user(role="admin", practices=[make_practice()]), backend=BACKEND)
    response = client.get(address, follow=True)
    assert [place["label"] for place in response.context["nav"] if place["current"]] == [label]
    assert response.content.decode().count('aria-current="page"') == 1


@pytest.mark.usefixtures("sample")
def test_a_page_costs_two_queries_beside_its_own(client: Client, django_assert_max_num_queries: object) -> None:
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    client.get("/sample/claims")
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        client.get("/sample/claims")


def test_who_is_not_signed_in_signs_in_and_comes_back(client: Client) -> None:
    assert client.get("/people?x=1").headers["Location"] == "/login?next=/people%3Fx%3D1"


def test_a_fragment_sends_the_whole_page_to_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/audit?who=3"}
    assert client.get("/people", headers=headers).headers["HX-Redirect"] == "/login?next=%2Faudit%3Fwho%3D3"


def test_another_role_is_forbidden_in_words(client: Client) -> None:
    client.force_login(make_user(role="collector"), backend=BACKEND)
    response = client.get("/people")
    assert response.status_code == 403
    assert "Your role does not allow this page" in response.content.decode()


def test_no_browser_keeps_a_page(client: Client) -> None:
    client.force_login(make_user(role="admin"), backend=BACKEND)
    assert "no-store" in client.get("/people").headers["Cache-Control"]


@pytest.mark.parametrize(("chosen", "marked"), [("dark", 'data-theme="dark"'), ("", "<html"), ("'><b>", "<html")])
def test_the_theme_is_kept_in_a_cookie(client: Client, chosen: str, marked: str) -> None:
    client.post("/theme", {"theme": chosen, "next": "/login"})
    text = client.get("/login").content.decode()
    assert marked in text
    assert ("data-theme" in text) == (chosen == "dark")


def test_nobody_is_led_to_another_site(client: Client) -> None:
    assert client.post("/theme", {"next": "https://evil.example/"}).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("role", "first"),
    [("collector", "my_day"), ("supervisor", "team"), ("admin", "team"), ("auditor", "reports")],
)
def test_the_start_page_leads_to_ones_work(client: Client, role: str, first: str) -> None:
    client.force_login(make_user(username=role, role=role, practices=[make_practice()]), backend=BACKEND)
    assert client.get("/").headers["Location"] == reverse(first)


def test_the_first_owner_is_led_to_opening_a_practice(client: Client) -> None:
    client.force_login(make_user(username="boss", role="owner"), backend=BACKEND)
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0] == reverse("setup")
    assert "Open your first practice" in page.content.decode()
    assert "No practice yet" in client.get(reverse("practices")).content.decode()


@pytest.mark.parametrize(("role", "help_"), [("collector", "Ask an owner"), ("owner", "Open a practice</a>")])
def test_who_has_no_practice_is_told_why_every_page_is_empty(client: Client, role: str, help_: str) -> None:
    user = make_user(username=role, role=role)
    client.force_login(user, backend=BACKEND)
    page = client.get(reverse("claims")).content.decode()
    assert "You have access to no practice yet" in page
    assert help_ in page
    make_practice().staff.add(user)
    assert "You have access to no practice yet" not in client.get(reverse("claims")).content.decode()


def test_a_chosen_practice_narrows_every_page(client: Client) -> None:
    harbor, oak = make_practice(), make_practice(name="Oak", npi="1003000126")
    user = make_user(role="admin", practices=[harbor, oak])
    client.force_login(user, backend=BACKEND)
    client.post("/practice", {"practice": str(oak.pk)})
    assert client.get("/people").context["practice_choice"].chosen == oak.pk
    client.post("/practice", {"practice": ""})
    assert client.get("/people").context["practice_choice"].chosen is None


def test_a_practice_of_others_cannot_be_chosen(client: Client) -> None:
    other = make_practice(name="Oak", npi="1003000126")
    client.force_login(make_user(role="admin", practices=[make_practice()]), backend=BACKEND)
    client.post("/practice", {"practice": str(other.pk)})
    session = client.session
    session["practice_id"] = other.pk  # even where a session says so
    session.save()
    assert client.get("/people").context["practice_choice"].chosen is None
