"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import appeal_case, appeals

urlpatterns: list[URLPattern | URLResolver] = []

# Appeals.
urlpatterns += [
    path("appeals", appeals.appeals, name="appeals"),
    path("appeals/outcomes", appeals.appeal_outcomes, name="appeal_outcomes"),
    path("appeals/causes", appeals.appeal_causes, name="appeal_causes"),
    path("appeals/runs", appeals.appeal_run_start, name="appeal_run_start"),
    path("appeals/runs/<int:appeal_run_id>", appeals.appeal_run, name="appeal_run"),
    path("appeals/runs/<int:appeal_run_id>/send", appeals.appeal_run_send, name="appeal_run_send"),
    path("appeals/runs/<int:appeal_run_id>/print", appeals.appeal_run_print, name="appeal_run_print"),
    path("appeals/<int:appeal_id>", appeal_case.appeal, name="appeal"),
    path("appeals/<int:appeal_id>/packet", appeal_case.appeal_packet, name="appeal_packet"),
    path("appeals/<int:appeal_id>/take", appeal_case.appeal_take, name="appeal_take"),
    path("appeals/<int:appeal_id>/next", appeal_case.appeal_next, name="appeal_next"),
    path("appeals/<int:appeal_id>/notice", appeal_case.appeal_notice, name="appeal_notice"),
    path("appeals/<int:appeal_id>/points", appeal_case.appeal_points, name="appeal_points"),
    path("appeals/<int:appeal_id>/enclose", appeal_case.appeal_enclose, name="appeal_enclose"),
    path(
        "appeals/<int:appeal_id>/enclosures/<int:enclosure_id>/out", appeal_case.appeal_take_out, name="appeal_take_out"
    ),
    path("appeals/<int:appeal_id>/leave-out", appeal_case.appeal_leave_out, name="appeal_leave_out"),
    path("appeals/<int:appeal_id>/ready", appeal_case.appeal_ready, name="appeal_ready"),
    path("appeals/<int:appeal_id>/send", appeal_case.appeal_send, name="appeal_send"),
    path("appeals/<int:appeal_id>/acknowledge", appeal_case.appeal_acknowledge, name="appeal_acknowledge"),
    path("appeals/<int:appeal_id>/decide", appeal_case.appeal_decide, name="appeal_decide"),
    path("appeals/<int:appeal_id>/withdraw", appeal_case.appeal_withdraw, name="appeal_withdraw"),
    path("appeals/<int:appeal_id>/next-level", appeal_case.appeal_next_level, name="appeal_next_level"),
    path("claims/<int:claim_id>/appeal", appeal_case.appeal_open, name="appeal_open"),
    path("setup/playbooks", appeals.appeal_playbooks, name="appeal_playbooks"),
    path("setup/playbooks/add", appeals.appeal_playbook_add, name="appeal_playbook_add"),
    path("setup/playbooks/<int:playbook_id>/end", appeals.appeal_playbook_end, name="appeal_playbook_end"),
    path("setup/appeal-texts", appeals.appeal_letters, name="appeal_letters"),
]
