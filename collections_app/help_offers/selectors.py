"""Questions about help: the options of an account, what was offered, who is in hardship, where people were sent."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from claims.parties.models import Account, PersonAddress
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.help_offers.facts import HelpFacts, facts_of
from collections_app.help_offers.models import Hardship, HelpOffer, Referral, ReferralPlace
from collections_app.help_offers.options import HelpOption

if TYPE_CHECKING:
    from arwork.staff.models import User


def options_of(account_id: int, today: dt.date) -> list[HelpOption]:
    """Every way to pay less or later, in the order that helps, open or with the reason why not."""
    return options_by(facts_of(account_id, today=today))


def options_by(facts: HelpFacts) -> list[HelpOption]:
    """The same from facts that were read already."""
    nothing = "" if facts.owed > ZERO else "Nothing is owed by the patient."
    bankrupt = "A bankruptcy stops every agreement about it (11 USC 362)." if facts.is_bankrupt else ""
    looked_at = facts.self_pay + facts.denied_for_coverage
    coverage = "" if looked_at else "Every visit was billed to its insurance, and none was denied for coverage."
    prompt = _prompt_why_not(facts)
    settles = nothing or bankrupt or facts.settlement_why_not
    refers = "" if facts.places else "The directory has no place for where they live."
    return [
        _option("coverage", _coverage_words(facts), nothing or coverage, "account_people"),
        _option("assistance", "", nothing or facts.assistance, "assistance_new"),
        _option("pay_now", f"${facts.owed:,.2f}", nothing or bankrupt, "payment_take"),
        _option("prompt_pay", _prompt_words(facts), nothing or bankrupt or prompt, "settlement_new"),
        _option("plan", _plan_words(facts), nothing or bankrupt or facts.plan_why_not, "plan_new"),
        _option("settlement", f"${facts.settlement_owed:,.2f} may be settled", settles, "settlement_new"),
        _option("referral", f"{facts.places} in the directory", refers, "help_referral"),
    ]


def _option(code: str, words: str, why_not: str, url: str) -> HelpOption:
    return HelpOption(code, "" if why_not else words, not why_not, why_not, url)


def _coverage_words(facts: HelpFacts) -> str:
    known = [
        (facts.self_pay, "{} without insurance"),
        (facts.denied_for_coverage, "{} denied for coverage"),
    ]
    found = ", ".join(words.format(f"{n} visit{'s' if n > 1 else ''}") for n, words in known if n)
    until = facts.retro_until
    return f"{found}; Medicaid may still cover the newest if applied for by {until:%b} {until.day}" if until else found


def _plan_words(facts: HelpFacts) -> str:
    policy = facts.plan_policy
    return f"up to {policy.longest_months} months, ${policy.minimum:,.2f} a month at least" if policy else ""


def _prompt_words(facts: HelpFacts) -> str:
    until = facts.prompt_until
    return f"{facts.prompt_percent}% off until {until:%b} {until.day}" if until else ""


def _prompt_why_not(facts: HelpFacts) -> str:
    if not facts.prompt_percent:
        return "This practice has no prompt-pay discount."
    if facts.settlement_why_not:
        return facts.settlement_why_not
    return "" if facts.prompt_until else "No visit is within its days since the first statement."


def offered_since(account_ids: Iterable[int], since: dt.date) -> dict[int, set[str]]:
    """The codes of what was offered since a day, by account. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = HelpOffer.objects.filter(Among("account", account_ids), on__gte=since)
    for account, code in rows.values_list("account_id", "code"):
        found[account].add(code)
    return dict(found)


def latest_offers(account_id: int) -> dict[str, HelpOffer]:
    """What was offered last of each way, by code. One query."""
    rows = HelpOffer.objects.filter(account=account_id).select_related("by").order_by("pk")
    return {one.code: one for one in rows}


def offers_of(account_id: int, *, actor: "User") -> QuerySet[HelpOffer]:
    """Everything that was offered, the latest first."""
    rows = HelpOffer.objects.filter(account=account_id, practice__in=practice_ids(actor))
    return rows.select_related("by").order_by("-pk")


def hardship_of(account_id: int, *, today: dt.date) -> Hardship | None:
    """The hardship that was told last and has not ended; None where there is none."""
    rows = Hardship.objects.filter(account=account_id, ended_on=None).select_related("noted_by")
    found = rows.order_by("-pk").first()
    is_past = found is not None and max(found.until_on or found.paused_until_on, found.paused_until_on) < today
    return None if is_past else found


def hardships_pausing(account_ids: Collection[int], today: dt.date) -> dict[int, str]:
    """Why these accounts are not asked for money, in words, by account: a hardship was told. One query."""
    rows = Hardship.objects.filter(Among("account", account_ids), ended_on=None, paused_until_on__gte=today)
    found = {}
    for account, until in (
        rows.filter(noted_on__lte=today).order_by("paused_until_on").values_list("account_id", "paused_until_on")
    ):
        found[account] = f"A hardship was told: nothing is asked until {until:%b} {until.day}"
    return found


def places_for(account: Account) -> list[ReferralPlace]:
    """The places of the directory that help where the guarantor lives, by what they are."""
    homes = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True)
    states = set(homes.values_list("state", flat=True))
    rows = ReferralPlace.objects.filter(practice=account.practice_id, is_active=True).order_by("kind", "name")
    return [one for one in rows if not one.state_list or states.intersection(one.state_list)]


def directory(actor: "User") -> QuerySet[ReferralPlace]:
    """Every place of the actor's practices."""
    rows = ReferralPlace.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice").order_by("practice__name", "-is_active", "kind", "name")


def place_seen_by(actor: "User", place_id: int) -> ReferralPlace:
    """One place of the actor's practices. Raises `NotFound`."""
    found = ReferralPlace.objects.filter(pk=place_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such place in the directories of your practices.")
    return found


def referrals_of(account_id: int) -> QuerySet[Referral]:
    """Where an account's people were sent, the latest first."""
    rows = Referral.objects.filter(account=account_id).select_related("place", "owner", "letter")
    return rows.order_by("-pk")


def open_referrals(actor: "User") -> QuerySet[Referral]:
    """Referrals of the actor's practices that wait, the earliest next day first."""
    rows = Referral.objects.filter(practice__in=practice_ids(actor), state=Referral.State.OPEN)
    return rows.select_related("place", "owner", "account__guarantor").order_by("next_on", "pk")


def referral_seen_by(actor: "User", referral_id: int) -> Referral:
    """One referral of the actor's practices. Raises `NotFound`."""
    found = Referral.objects.filter(pk=referral_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such referral in your practices.")
    return found


def referral_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """Referrals that wait, as open cases: the earliest next day first. One query."""
    rows = Referral.objects.filter(Q(state=Referral.State.OPEN), practice__in=practices).order_by("next_on", "pk")
    return [
        OpenCase("Referral for help", account, account, "help_account", owner, action, on)
        for account, owner, action, on in rows.values_list("account_id", "owner_id", "next_action", "next_on")[
            :MOST_OF_A_SOURCE
        ]
    ]


def help_shown(row: HelpOffer | Referral) -> list[tuple[str, int | None]]:
    """The record that a row about help shows, for the audit trail: its guarantor account."""
    return [("account", row.account_id)]
