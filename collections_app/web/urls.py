"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import denial_reports, desk, history, holding, my_day, reports, rules, team, together, worklist

urlpatterns: list[URLPattern | URLResolver] = [
    path("my-day", my_day.my_day, name="my_day"),
    path("desk", desk.desk, name="desk"),
    path("desk/take", desk.take, name="desk_take"),
    path("desk/<int:item_id>", desk.item, name="desk_item"),
    path("desk/<int:item_id>/take", holding.hold, name="desk_hold"),
    path("desk/<int:item_id>/propose", desk.propose, name="desk_propose"),
    path("desk/<int:item_id>/renew", holding.renew, name="desk_renew"),
    path("desk/<int:item_id>/release", holding.release, name="desk_release"),
    path("desk/<int:item_id>/answer", desk.answer, name="desk_answer"),
    path("desk/<int:item_id>/together", together.together, name="desk_together"),
    path("desk/<int:item_id>/together/take", together.take, name="desk_together_take"),
    path("desk/undo/<int:action_id>", desk.undo, name="desk_undo"),
    path("list", worklist.worklist, name="worklist"),
    path("list/counts", worklist.counts, name="worklist_counts"),
    path("list/keep", worklist.keep, name="worklist_keep"),
    path("list/act", worklist.act, name="worklist_act"),
    path("team", team.team, name="team"),
    path("team/hand-over", team.hand_over, name="team_hand_over"),
    path("team/free/<int:item_id>", team.free, name="team_free"),
    path("reports", reports.index, name="reports"),
    path("reports/aging", reports.aging, name="aging"),
    path("reports/aging/rows", reports.aging_rows, name="aging_rows"),
    path("reports/aging/refresh", reports.aging_refresh, name="aging_refresh"),
    path("reports/denials", denial_reports.report, name="denial_report"),
    path("reports/denials/rows", denial_reports.rows, name="denial_rows"),
    path("reports/reconciliation", reports.reconcile, name="reconciliation"),
    path("claims/<int:claim_id>/work", history.claim_work, name="claim_work"),
    path("accounts/<int:account_id>/work", history.account_work, name="account_work"),
    path("accounts/holds/<int:hold_id>/lift", history.lift, name="hold_lift"),
    path("setup/rules", rules.rules, name="rules"),
    path("setup/rules/new", rules.new, name="rule_new"),
    path("setup/rules/<int:rule_id>/end", rules.end, name="rule_end"),
]
