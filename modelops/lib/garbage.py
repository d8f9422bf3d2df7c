"""No search for garbage while a process starts: what is loaded then stays, and looking through it takes long."""

import gc

_paused = False


def pause() -> None:
    """Until `resume`. A process that searches for none by its own choice is left alone."""
    global _paused
    _paused = gc.isenabled()
    if _paused:
        gc.disable()


def resume() -> None:
    """Search again, but not among what is there by now."""
    global _paused
    if _paused:
        _paused = False
        gc.freeze()
        gc.enable()
