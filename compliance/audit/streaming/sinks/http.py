"""A receiver of HTTP requests: a POST of JSON lines for each batch."""

from django.conf import settings

from modelops.lib import outbound

from .base import Batch, Field, NotTaken, Sink, sinks


@sinks.register("http")
class HttpSink(Sink):
    """Any 2xx answer takes the batch. The Idempotency-Key says which rows it holds, also when it comes again."""

    label = "HTTP (JSON lines)"
    fields = (
        Field("url", "Address", "The https address that takes a POST of JSON lines.", most=2048),
        Field("token", "Bearer token", "Sent with each request; empty for none.", is_required=False, is_secret=True),
    )

    def check(self) -> None:
        receiver = outbound.parse_url(self.options["url"])
        try:
            outbound.resolve(receiver.host, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS, timeout_s=2)
        except outbound.ReceiverUnreachable:
            return  # a name that is unknown just now may be known at the first delivery

    def where(self) -> str:
        return outbound.parse_url(self.options["url"]).authority

    def send(self, batch: Batch) -> None:
        headers = {
            "Content-Type": "application/x-ndjson",
            "User-Agent": "ModelOps-portal/1",
            "Idempotency-Key": batch.key,
        }
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        try:
            answer = outbound.post(
                self.options["url"],
                content=batch.body,
                headers=headers,
                allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS,
            )
        except (outbound.ReceiverRefused, outbound.ReceiverUnreachable) as fault:
            raise NotTaken(str(fault)) from None
        if not 200 <= answer.code < 300:
            raise NotTaken(f"The receiver answered {answer.code}; a 2xx is expected.")
