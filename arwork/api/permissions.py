"""The one permission of the API: an endpoint declares a capability, and whoever lacks it is forbidden.

An endpoint is closed until it declares: a view without `capability` is forbidden to everybody, so forgetting
shows at once.
"""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from arwork.lib.errors import Forbidden
from arwork.staff.access import Capability, may
from arwork.staff.sessions import lacks_factor


class DeclaredCapability(BasePermission):
    """Grants what the view's `capability` says; for function views, set by `@endpoint`."""

    message = "Your role does not allow this. Ask an administrator."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the signed-in user's role holds the view's capability.

        Raises `Forbidden` for somebody whose password was chosen by another, or who lacks the second factor that
        their role needs: the pages lead them to their own. A token is asked for none: it was opened by somebody who
        had given one.
        """
        capability: Capability | None = getattr(view, "capability", None)
        if capability is None:
            return False
        if capability == Capability.PUBLIC:
            return True
        user: Any = request.user
        if user.is_authenticated and user.must_change_password:
            raise Forbidden("Somebody else chose your password. Sign in on the pages and replace it first.")
        by_session = isinstance(request.successful_authenticator, SessionAuthentication)
        if by_session and user.is_authenticated and lacks_factor(request):
            raise Forbidden("Your role needs a second factor. Sign in on the pages and set it up first.")
        return bool(user.is_authenticated) and may(user, capability)
