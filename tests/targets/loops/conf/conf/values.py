"""Turn text into values."""


def as_number(text):
    return int(text)


def as_bool(text):
    return text in ("yes", "true")
