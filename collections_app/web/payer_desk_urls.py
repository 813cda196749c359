"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals, money that came late."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import (
    claim_routes,
    denials,
    late_payments,
    payer_calls,
    route_choices,
)

_OF = "payer-calls/<int:practice_id>/<int:payer_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("payer-calls", payer_calls.sheet, name="payer_calls"),
    path(_OF, payer_calls.payer_calls, name="payer_calls_of"),
    path(f"{_OF}/start", payer_calls.start, name="payer_call_start"),
    path(f"{_OF}/portals/new", payer_calls.portal_new, name="portal_login_new"),
    path("payer-calls/portals/<int:login_id>", payer_calls.portal_change, name="portal_login"),
    path("payer-calls/portals/<int:login_id>/remove", payer_calls.portal_remove, name="portal_login_remove"),
    path("denials", denials.denials, name="denials"),
    path("denials/<int:denial_id>", denials.denial, name="denial"),
    path("denials/<int:denial_id>/lost", denials.lose, name="denial_lose"),
    path("denials/<int:denial_id>/not-lost", denials.take_back_loss, name="denial_not_lost"),
    path("late-payments", late_payments.late_payments, name="late_payments"),
    path("late-payments/demand", late_payments.demand_new, name="interest_demand_new"),
    path("late-payments/<int:late_payment_id>/waive", late_payments.waive, name="late_payment_waive"),
    path("late-payments/<int:late_payment_id>/pursue", late_payments.pursue, name="late_payment_pursue"),
    path("late-payments/demands/<int:interest_demand_id>", late_payments.demand, name="interest_demand"),
    path(
        "late-payments/demands/<int:interest_demand_id>/letter",
        late_payments.demand_letter_pdf,
        name="interest_demand_letter",
    ),
    path("late-payments/demands/<int:interest_demand_id>/send", late_payments.send, name="interest_demand_send"),
    path("late-payments/demands/<int:interest_demand_id>/answer", late_payments.answer, name="interest_demand_answer"),
    path("late-payments/demands/<int:interest_demand_id>/cancel", late_payments.cancel, name="interest_demand_cancel"),
    path("claims/<int:claim_id>/routes", claim_routes.claim_routes, name="claim_routes"),
    path("claims/<int:claim_id>/routes/choose", claim_routes.choose_route, name="claim_route_choose"),
    path("claims/<int:claim_id>/routes/<int:choice_id>/undo", claim_routes.take_back_route, name="route_take_back"),
    path("payer-desk/routes", route_choices.route_choices, name="route_choices"),
]
