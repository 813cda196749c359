"""Addresses of signing in, people and the audit trail; namespace `staff`."""

from django.urls import path

from arwork.web import audit, emergencies, people, practice_grants, signin, tokens

app_name = "staff"
urlpatterns = [
    path("login", signin.sign_in, name="login"),
    path("logout", signin.sign_out, name="logout"),
    path("password", signin.password, name="password"),
    path("session/extend", signin.extend, name="extend"),
    path("theme", signin.theme, name="theme"),
    path("practice", signin.choose_practice, name="practice"),
    path("people", people.people, name="people"),
    path("people/new", people.new, name="person_new"),
    path("people/<int:user_id>", people.person, name="person"),
    path("people/<int:user_id>/password", people.reset_password, name="person_password"),
    path("people/<int:user_id>/unlock", people.unlock, name="person_unlock"),
    path("people/<int:user_id>/active", people.set_active, name="person_active"),
    path("people/practices", practice_grants.practices, name="practice_grants"),
    path("people/practices/<int:practice_id>", practice_grants.practice, name="practice_grant"),
    path(
        "people/practices/<int:practice_id>/<int:user_id>/withdraw", practice_grants.withdraw, name="practice_withdraw"
    ),
    path("emergency", emergencies.open_practice, name="emergency"),
    path("emergency/close", emergencies.close, name="emergency_close"),
    path("emergencies", emergencies.listed, name="emergencies"),
    path("emergencies/<int:emergency_id>", emergencies.review, name="emergency_review"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/new", tokens.new, name="token_new"),
    path("tokens/<int:token_id>/end", tokens.end, name="token_end"),
    path("services/new", tokens.new_service, name="service_new"),
    path("audit", audit.trail, name="audit"),
]
