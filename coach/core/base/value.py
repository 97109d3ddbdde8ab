"""The base of every typed value in the core: frozen, finite, tolerant of fields a newer version added."""

import dataclasses
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value with equality by content."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, defer_build=True)


if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414 - what it is to a reader, and checked as such
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Do what ``dataclasses.replace`` does, for one without slots in a tenth of the time.

        A log is folded with several copies of a large state per event; passing forty fields through ``__init__``
        would take most of the time.
        """
        fields = getattr(value, "__dict__", None)
        if fields is None:
            return dataclasses.replace(value, **changes)
        copy = object.__new__(type(value))
        copy.__dict__.update(fields)
        copy.__dict__.update(changes)
        return copy
