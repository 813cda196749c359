"""Addresses of signing in, people and the audit trail; namespace `staff`."""

from django.urls import path

from arwork.web import audit, people, signin, tokens

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
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/new", tokens.new, name="token_new"),
    path("tokens/<int:token_id>/end", tokens.end, name="token_end"),
    path("services/new", tokens.new_service, name="service_new"),
    path("audit", audit.trail, name="audit"),
]
