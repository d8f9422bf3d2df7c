"""Routes under /api/v1/."""

from django.urls import path

from . import api
from .delivery import api as delivery
from .erasure import api as erasure
from .rights import api as rights

urlpatterns = [
    path("subject-requests/", api.SubjectRequests.as_view(), name="subject-requests"),
    path("subject-requests/<uuid:request_id>/", api.SubjectRequestDetail.as_view(), name="subject-request"),
    path("subject-requests/<uuid:request_id>/confirm-identity/", api.ConfirmIdentity.as_view()),
    path("subject-requests/<uuid:request_id>/send-identity-link/", api.SendIdentityLink.as_view()),
    path("subject-requests/<uuid:request_id>/extend/", api.Extend.as_view()),
    path("subject-requests/<uuid:request_id>/collect/", api.Collect.as_view()),
    path("subject-requests/<uuid:request_id>/bundle/", api.Bundle.as_view()),
    path("subject-requests/<uuid:request_id>/delivery/", delivery.DeliveryView.as_view()),
    path("subject-requests/<uuid:request_id>/answer/", api.Answer.as_view()),
    path("subject-requests/<uuid:request_id>/refuse/", api.Refuse.as_view()),
    path("subject-requests/<uuid:request_id>/rectify/", rights.RectifyView.as_view()),
    path("subject-requests/<uuid:request_id>/restriction/", rights.RestrictView.as_view()),
    path("subject-requests/<uuid:request_id>/decisions/", rights.PersonDecisionsView.as_view()),
    path("subject-requests/<uuid:request_id>/places/", erasure.PlacesView.as_view()),
    path("subject-requests/<uuid:request_id>/erasure/", erasure.ErasureView.as_view()),
    path("subject-requests/<uuid:request_id>/erasure/decisions/", erasure.DecisionsView.as_view()),
    path("subject-requests/<uuid:request_id>/erasure/approve/", erasure.ApproveView.as_view()),
    path("subject-requests/<uuid:request_id>/erasure/execute/", erasure.ExecuteView.as_view()),
    path("subject-requests/<uuid:request_id>/erasure/certificate/", erasure.CertificateView.as_view()),
    path("subject-requests/<uuid:request_id>/holds/", erasure.HoldsView.as_view()),
]
