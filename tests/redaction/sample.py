"""What a sample of the redaction corpora is, and how it is judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with secrets of one form in it; a look-alike has none."""

    form: str
    text: str
    secrets: tuple[str, ...] = ()
    """Every one of these must be gone. Of a secret that is written over lines: each piece."""

    def is_kept_back(self, redacted: str) -> bool:
        """Whether nothing of the secret is left."""
        return not any(each in redacted for each in self.secrets)
