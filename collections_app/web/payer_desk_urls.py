"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals, money that came late."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import late_payments

urlpatterns: list[URLPattern | URLResolver] = [
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
]
