"""The map: what was declared, laid over what is there. What fits nowhere is named."""

from dataclasses import dataclass, field
from functools import cache

from modelops.lib.plugins import load_modules

from ..events import EventClass
from .declaring import AdminPages, Told, declared_admin, declared_models, declared_routes, events_of
from .exempt import Exempt
from .walking import Route, all_models, all_routes


@dataclass(frozen=True, slots=True)
class Mapped:
    """One method of a route, or one model, and what tells of it. ``name`` is "POST models/-/new/" or a label."""

    name: str
    view: str
    told: Told

    @property
    def exempt(self) -> Exempt | None:
        return self.told if isinstance(self.told, Exempt) else None

    @property
    def events(self) -> tuple[EventClass, ...]:
        return events_of(self.told)


@dataclass(slots=True)
class Map:
    """``faults`` are sentences: routes and models without a declaration, and declarations of what is not there."""

    routes: list[Mapped] = field(default_factory=list)
    models: list[Mapped] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    admin: dict[str, AdminPages] = field(default_factory=dict)


@cache
def coverage_map() -> Map:
    """The whole map. Routes and models do not change while a process runs."""
    load_modules("audit_coverage")
    return lay_over(all_routes(), all_models())


def lay_over(routes: list[Route], models: list[str]) -> Map:
    """The declarations over these routes and models."""
    declared, admin = declared_routes(), declared_admin()
    result = Map(admin=admin)
    found: dict[tuple[str, str], Mapped] = {}
    seen_admin = set()
    for one in routes:
        for method in sorted(one.methods):
            told = declared.get((one.path, method))
            if told is None and one.admin_model:
                pages = admin.get(one.admin_model.lower())
                seen_admin.add(one.admin_model.lower())
                told = _of_admin(pages, one.admin_kind, method) if pages else None
            name = f"{method} {one.path}"
            if told is None:
                result.unmapped.append(name)
                result.faults.append(f"{name} ({one.view}) has neither an event nor an exemption.")
            elif (one.path, method) not in found:
                found[one.path, method] = Mapped(name, one.view, told)
    result.routes = list(found.values())
    result.faults += [f"{method} {path} is declared, but there is no such route." for path, method in declared
                      if (path, method) not in found]  # fmt: skip
    result.faults += [f"The admin pages of {label} are declared, but there are none." for label in admin
                      if label not in seen_admin]  # fmt: skip
    _lay_models(result, models)
    return result


def _lay_models(result: Map, models: list[str]) -> None:
    declared = declared_models()
    for label in models:
        told = declared.pop(label.lower(), None)
        if told is None:
            result.unmapped.append(label)
            result.faults.append(f"The model {label} has neither an event nor an exemption.")
        else:
            result.models.append(Mapped(label, label, told))
    result.faults += [f"The model {label} is declared, but there is none." for label in declared]


def _of_admin(pages: AdminPages, kind: str, method: str) -> Told:
    reads = method == "GET"
    match kind:
        case "changelist":
            return pages.listed if reads else pages.listing_acts
        case "add":
            return pages.adds if not reads else Exempt.REFUSED if pages.adds is Exempt.REFUSED else Exempt.FORM
        case "change":
            return pages.opened if reads else pages.changes
        case "delete":
            return pages.deletes if not reads else Exempt.REFUSED if pages.deletes is Exempt.REFUSED else Exempt.FORM
        case "history":
            return Exempt.UNUSED
    return Exempt.REDIRECT
