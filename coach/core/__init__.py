"""The pure core: events, state, decisions, judgements, exports. Standard library and pydantic only; no IO, no clock."""
