"""E-mail to whoever is on call when the message is sent."""

from monitoring.models.alert_on_call import OnCallRota

from .base import Field, channels, refuse
from .email import Email


@channels.register("on_call")
class OnCall(Email):
    """A mail through the portal's mail server to the one person whose turn it is in a rota."""

    label = "On call"
    description = "Sends an e-mail to whoever is on call in a rota when the message goes out."
    takes_digests = False
    fields = (Field("rota", "Rota", "Name of the rota; see Alerts → On call.", max_length=100),)

    def check(self) -> None:
        if not OnCallRota.objects.filter(name=self.config["rota"], enabled=True).exists():
            raise refuse("rota", f"There is no rota {self.config['rota']} that is on. Make it under Alerts → On call.")

    def destination(self) -> str:
        return f"whoever is on call in {self.config['rota']}"
