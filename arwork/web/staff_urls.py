"""Addresses of signing in, people and the audit trail; namespace `staff`."""

from django.urls import path

from arwork.web import (
    audit,
    emergencies,
    forgotten,
    people,
    practice_grants,
    second_factor,
    security,
    signin,
    sso,
    tokens,
)

app_name = "staff"
urlpatterns = [
    path("login", signin.sign_in, name="login"),
    path("login/second", second_factor.ask, name="second_factor"),
    path("login/sso", sso.begin, name="sso"),
    path("login/sso/callback", sso.callback, name="sso_callback"),
    path("logout", signin.sign_out, name="logout"),
    path("forgotten", forgotten.ask, name="forgotten"),
    path("forgotten/<str:who>/<str:token>", forgotten.choose, name="forgotten_link"),
    path("password", signin.password, name="password"),
    path("security", security.security, name="security"),
    path("security/sessions", security.end_sessions, name="end_sessions"),
    path("security/second", second_factor.setup, name="factor_setup"),
    path("security/second/app", second_factor.add_app, name="factor_app"),
    path("security/second/passkey", second_factor.add_passkey, name="factor_passkey"),
    path("security/second/codes", second_factor.new_codes, name="factor_codes"),
    path("security/second/<int:factor_id>/remove", second_factor.remove, name="factor_remove"),
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
    path("people/<int:user_id>/sessions", people.end_sessions, name="person_sessions"),
    path("people/<int:user_id>/second", people.reset_second_factor, name="person_factor"),
    path("people/<int:user_id>/sso", people.unlink_sign_on, name="person_sso"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/new", tokens.new, name="token_new"),
    path("tokens/<int:token_id>/end", tokens.end, name="token_end"),
    path("services/new", tokens.new_service, name="service_new"),
    path("audit", audit.trail, name="audit"),
]
