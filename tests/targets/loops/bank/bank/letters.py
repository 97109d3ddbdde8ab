"""Letters to owners."""


def greeting(owner):
    return f"Dear {owner},"


def closing():
    return "Yours sincerely"
