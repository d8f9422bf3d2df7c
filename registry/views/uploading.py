"""Portal pages that take files: who may upload is settled before a byte of the body is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from registry.artifacts.upload import allow_upload
from registry.uploads.sources import Sent, from_uploads

View = Callable[..., HttpResponse]


def upload_page(permission: str) -> Callable[[View], View]:
    """A page with an upload form.

    Django looks for the CSRF token in the body, and reading the body takes the file in. So the middleware passes this
    page over, account and permission are checked, the upload is allowed, and only then the token is checked.
    """

    def decorate(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        @login_required
        @permission_required(permission, raise_exception=True)
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                allow_upload(request)
            return checked(request, *args, **kwargs)

        return page

    return decorate


@contextmanager
def chosen(request: HttpRequest, said: dict[str, Any]) -> Iterator[Sent]:
    """What a valid upload form brought: its file, or the uploads that the page's script has sent before it."""
    if said["uploads"] is None:
        yield Sent(said["file"])
        return
    with from_uploads(request.user.pk, said["uploads"]) as sent:
        yield sent
