"""Write settings back."""


def lines(settings):
    for name, entries in settings.sections.items():
        yield f"[{name}]"
        for key, value in entries.items():
            yield f"{key} = {value}"


def text(settings):
    return "\n".join(lines(settings))
