"""SMS through a provider with the interface of Twilio: one short message without names of people or data."""

import base64
import re
from urllib.parse import urlencode

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels, refuse
from .webhook import check_address

DEFAULT_URL = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json"
LONGEST = 160
DEFAULT_CAP = 100
# E.164: a plus, a country, at most fifteen digits.
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
# What a GSM 03.38 message carries in one septet each; anything else would halve the room.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def text_of(message: Message) -> str:
    """At most 160 characters of the GSM alphabet: how grave, how many, and which alert; the portal has the rest.

    Texts of the channel's own may name no more than that.
    Titles can name data and people, so none is sent over a network that anybody may listen to.
    """
    number = message.alert_id[-8:] or "test"
    more = f" and {message.others} more" if message.others else ""
    over = " is over" if message.is_over else ""
    said = f"ModelOps {message.severity} alert {number}{more}{over}, seen {message.count}x. Sign in to see it."
    said = message.own_body or said
    return "".join(letter if letter in _GSM else "?" for letter in said)[:LONGEST]


@channels.register("sms")
class Sms(Channel):
    """One POST per message, with account and token as Basic credentials."""

    label = "SMS"
    takes_texts = ("body",)
    variables = frozenset(
        {
            "alert.count",
            "alert.number",
            "alert.opened_at",
            "alert.state",
            "alert.url",
            "delivery.id",
            "group.others",
            "occasion",
            "severity",
            "severity.upper",
        }
    )
    description = "Sends a short message without any names through Twilio or a provider that takes the same."
    fields = (
        Field("to", "Number", "International form: +43 and so on, digits only.", secret=True, max_length=16),
        Field("from_number", "Sender", "Your number at the provider.", aliases=("from",), max_length=16),
        Field("account", "Account", "The account's SID.", max_length=64),
        Field("token", "Token", "The account's token.", secret=True, max_length=200),
        Field(
            "url",
            "Address",
            "Leave it for Twilio; {account} stands for the account.",
            required=False,
            default=DEFAULT_URL,
        ),
        Field(
            "monthly_cap",
            "Most in a month",
            "After that nothing more is sent and an alert says so.",
            kind="integer",
            required=False,
            default=DEFAULT_CAP,
        ),
    )

    def check(self) -> None:
        for name in ("to", "from_number"):
            if not _NUMBER.fullmatch(self.config[name]):
                raise refuse(name, "A number is written like +436601234567: a plus, the country, digits only.")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.config["account"]):
            raise refuse("account", "An account has letters, digits, hyphen and underscore only.")
        check_address(self._url(), self.allow_private)

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        return "", text_of(message)

    def destination(self) -> str:
        return f"+…{self.config['to'][-2:]} by {outbound.parse_url(self._url()).authority}"

    def monthly_cap(self) -> int | None:
        """How many messages may be sent within a month."""
        return int(self.config["monthly_cap"])

    def send(self, message: Message) -> Receipt:
        given = {"To": self.config["to"], "From": self.config["from_number"], "Body": text_of(message)}
        basic = base64.b64encode(f"{self.config['account']}:{self.config['token']}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        return post(self._url(), content=urlencode(given).encode(), headers=headers, allow_private=self.allow_private)

    def _url(self) -> str:
        return str(self.config["url"]).replace("{account}", self.config["account"])
