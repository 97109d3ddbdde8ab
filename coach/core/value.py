"""The base of every typed value in the core: frozen, finite, tolerant of fields a newer version added."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value with equality by content."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, defer_build=True)
