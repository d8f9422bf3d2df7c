"""The doctor tells when the server writes parameters into its log."""

import pytest
from django.db import connection

from modelops import doctor
from modelops.crypto.server_log import parameters_in_log

pytestmark = pytest.mark.django_db


def test_the_portals_own_server_logs_no_parameters() -> None:
    """S3-07."""
    assert parameters_in_log() == []


def test_a_server_that_would_log_them_is_told() -> None:
    """S3-07."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL log_parameter_max_length_on_error = 100")
        assert parameters_in_log() == ["log_parameter_max_length_on_error is 100B"]
        told = [problem for problem in doctor.examine() if "logs parameters" in problem.found]
        assert len(told) == 1
        assert "ALTER ROLE" in told[0].remedy
