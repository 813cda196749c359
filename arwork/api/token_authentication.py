"""`Authorization: Bearer arw_…`: a program that acts for somebody (see `arwork/staff/api_tokens.py`)."""

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from arwork.lib import clock
from arwork.staff import api_tokens

if TYPE_CHECKING:
    from arwork.staff.models import User


class TokenAuthentication(BaseAuthentication):
    """Answers 401 to a token that opens nothing; leaves requests without one to the session."""

    def authenticate(self, request: Request) -> "tuple[User, None] | None":
        """The owner, narrowed to what the token grants. Raises `AuthenticationFailed`."""
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        owner = api_tokens.owner_of(text.strip(), now=clock.now())
        if owner is None:
            raise AuthenticationFailed("This token is unknown, has ended or has expired. Open another one.")
        return owner, None

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return "Bearer"


class _InTheSchema(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
