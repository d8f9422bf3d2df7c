"""REST views of rotas."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from modelops.lib.errors import Invalid
from monitoring.models.alert_on_call import OnCallRota

from . import looking, services
from .serializers import CoverIn, CoverOut, RotaIn, RotaOut

CHANGE_ROTA = "monitoring.change_oncallrota"


class RotaList(ListAPIView):
    """Who is on call in each rota, now and next; a new rota."""

    serializer_class = RotaOut
    required_permissions = {"GET": "monitoring.view_oncallrota", "POST": "monitoring.add_oncallrota"}
    queryset = OnCallRota.objects.none()

    def get_queryset(self) -> QuerySet[OnCallRota]:
        return looking.with_people(OnCallRota.objects.visible_to(self.request.user))

    @extend_schema(request=RotaIn, responses={201: RotaOut})
    def post(self, request: Request) -> Response:
        data = RotaIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        rota = services.create_rota(
            given["name"],
            [_person(name, "people") for name in given["people"]],
            starts_on=given["starts_on"],
            hands_over_at=given["hands_over_at"],
            zone=given["timezone"],
            actor=request.actor,
        )
        return Response(RotaOut(rota).data, status.HTTP_201_CREATED)


class RotaCover(APIView):
    """Puts somebody on call in place of whoever's turn it is."""

    required_permissions = {"POST": CHANGE_ROTA}

    @extend_schema(request=CoverIn, responses={201: CoverOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        rota = get_object_or_404(OnCallRota.objects.visible_to(request.user), pk=pk)
        data = CoverIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        made = services.cover(
            rota, _person(given["user"], "user"), given["starts_at"], given["ends_at"], actor=request.actor
        )
        return Response(CoverOut(made).data, status.HTTP_201_CREATED)


class RotaDisable(APIView):
    """Switches a rota off."""

    required_permissions = {"POST": CHANGE_ROTA}

    @extend_schema(request=None, responses=RotaOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        rota = get_object_or_404(OnCallRota.objects.visible_to(request.user), pk=pk)
        return Response(RotaOut(services.disable_rota(rota, actor=request.actor)).data)


def _person(name: str, field: str) -> User:
    # One answer for who does not exist and who may not, so that names cannot be tried out.
    user = User.objects.filter(username=name).first()
    if user is None or not services.may_be_on_call(user):
        raise Invalid(f"{name} is nobody who may change alerts.", code="rota.invalid", field=field)
    return user
