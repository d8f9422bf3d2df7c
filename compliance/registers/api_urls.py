from django.urls import path

from . import api

urlpatterns = [
    path("processing-activities/", api.ProcessingActivitiesView.as_view(), name="api-activities"),
    path("processing-activities/export/", api.ExportActivitiesView.as_view(), name="api-activities-export"),
    path("processing-activities/<uuid:pk>/revise/", api.ReviseActivityView.as_view(), name="api-activity-revise"),
    path(
        "processing-activities/<uuid:pk>/without-consent/",
        api.WithoutConsentView.as_view(),
        name="api-activity-without-consent",
    ),
    path("consents/", api.ConsentsView.as_view(), name="api-consents"),
    path("consents/withdraw/", api.WithdrawConsentView.as_view(), name="api-consent-withdraw"),
    path("breaches/", api.BreachesView.as_view(), name="api-breaches"),
    path("breaches/export/", api.ExportBreachesView.as_view(), name="api-breaches-export"),
    path("breaches/<uuid:pk>/decide/", api.DecideBreachView.as_view(), name="api-breach-decide"),
    path("breaches/<uuid:pk>/log/", api.BreachLogView.as_view(), name="api-breach-log"),
]
