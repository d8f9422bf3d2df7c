"""Mails of the portal to the holders of accounts: a template, one address, plain text."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse


def send(template: str, subject: str, to: str, **facts: Any) -> None:
    """Send ``accounts/mail/<template>.txt``; ``subject`` is a text of ours, never one that a person typed.

    Raises OSError or smtplib.SMTPException when the mail server does not take it.
    """
    context = {**facts, "security_page": absolute(reverse("accounts:security"))}
    body = render_to_string(f"accounts/mail/{template}.txt", context)
    send_mail(f"ModelOps portal: {subject}", body, None, [to])


def absolute(path: str) -> str:
    """The address of a page as it stands in a mail; the host is never taken from a request."""
    return settings.MODELOPS_BASE_URL.rstrip("/") + path
