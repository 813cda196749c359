"""Addresses of signing in, people and the audit trail; namespace `staff`."""

from django.urls import path

from arwork.web import audit, forgotten, people, security, signin

app_name = "staff"
urlpatterns = [
    path("login", signin.sign_in, name="login"),
    path("logout", signin.sign_out, name="logout"),
    path("forgotten", forgotten.ask, name="forgotten"),
    path("forgotten/<str:who>/<str:token>", forgotten.choose, name="forgotten_link"),
    path("password", signin.password, name="password"),
    path("security", security.security, name="security"),
    path("security/sessions", security.end_sessions, name="end_sessions"),
    path("session/extend", signin.extend, name="extend"),
    path("theme", signin.theme, name="theme"),
    path("practice", signin.choose_practice, name="practice"),
    path("people", people.people, name="people"),
    path("people/new", people.new, name="person_new"),
    path("people/<int:user_id>", people.person, name="person"),
    path("people/<int:user_id>/password", people.reset_password, name="person_password"),
    path("people/<int:user_id>/unlock", people.unlock, name="person_unlock"),
    path("people/<int:user_id>/active", people.set_active, name="person_active"),
    path("people/<int:user_id>/sessions", people.end_sessions, name="person_sessions"),
    path("audit", audit.trail, name="audit"),
]
