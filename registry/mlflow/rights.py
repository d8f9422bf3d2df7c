"""What a key needs for the files and models that runs log. Reading what is in them is `registry.download_artifact`."""

from typing import Final

VIEW: Final = "tracking.view_run"
LOG: Final = "tracking.change_run"
VIEW_MODEL: Final = "tracking.view_loggedmodel"
ADD_MODEL: Final = "tracking.add_loggedmodel"
CHANGE_MODEL: Final = "tracking.change_loggedmodel"
DELETE_MODEL: Final = "tracking.delete_loggedmodel"
