"""Read settings written as sections of ``key = value`` lines."""

from conf.values import as_bool, as_number


class Settings:
    def __init__(self):
        self.sections = {}

    def entries(self, section):
        if section not in self.sections:
            raise KeyError(f"{section} not in {sorted(self.sections)}")
        return self.sections[section]

    def get(self, section, key):
        return self.entries(section)[key]

    def number(self, section, key):
        return as_number(self.get(section, key))

    def flag(self, section, key):
        return as_bool(self.get(section, key))


def section_name(line):
    return line[1:-1]


def read(text):
    settings = Settings()
    current = "main"
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.startswith("["):
            current = section_name(line)
            settings.sections[current] = {}
            continue
        key, _, value = line.partition("=")
        settings.sections.setdefault(current, {})[key.strip()] = value.strip()
    return settings
