"""The decorator every function endpoint carries, and the endpoints that belong to no slice.

`@endpoint("GET", capability=Capability.X)` makes a DRF view that declares its capability, as pages do with `@page`.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from arwork.lib.ids import ensure_possible
from arwork.lib.typed_text import ensure_no_cards, texts_of
from arwork.staff.access import Capability, capabilities_of, practice_choice

if TYPE_CHECKING:
    from arwork.staff.models import User


def endpoint(
    *methods: str, capability: Capability, also: Collection[Capability] = ()
) -> Callable[[Callable[..., Response]], Any]:
    """Declare a function endpoint, its methods and who may call it; `also` are capabilities by which it does more."""

    def decorate(function: Callable[..., Response]) -> Any:
        @wraps(function)
        def bounded(request: Request, *args: Any, **kwargs: Any) -> Response:
            ensure_possible(kwargs.values())
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                with suppress(UnsupportedMediaType):  # an endpoint that reads what is sent says so itself
                    ensure_no_cards(texts_of(request.data))
            return function(request, *args, **kwargs)

        view: Any = api_view(list(methods))(bounded)
        view.cls.capability = capability
        view.capability, view.also = capability, also
        return view

    return decorate


class StaffApiRequest(Request):
    """The request as an endpoint sees it: somebody is signed in. For annotations only."""

    user: "User"


class PracticeOut(serializers.Serializer):
    """A practice the caller may see."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class MeOut(serializers.Serializer):
    """Who is asking, and what they may do."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    capabilities = serializers.ListField(child=serializers.CharField())
    practices = PracticeOut(many=True)


@extend_schema(responses=MeOut, summary="Who I am and what I may do")
@endpoint("GET", capability=Capability.SIGNED_IN)
def me(request: StaffApiRequest) -> Response:
    """The caller: name, role, capabilities and practices."""
    user = request.user
    facts = {
        "id": user.pk,
        "username": user.username,
        "name": str(user),
        "role": user.role,
        "capabilities": sorted(capabilities_of(user)),
        "practices": practice_choice(user).practices,
    }
    return Response(MeOut(facts).data)


class Schema(SpectacularAPIView):
    """The OpenAPI 3 description of every endpoint."""

    capability = Capability.SIGNED_IN

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """A refusal is JSON here too, whichever form of the schema was asked for."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if answer.exception:
            answer.accepted_renderer, answer.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return answer
