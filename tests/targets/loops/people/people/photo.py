"""Where photos are kept."""


def path(name, size=64):
    return f"photos/{name}-{size}.png"


def sizes():
    return [32, 64, 128]
