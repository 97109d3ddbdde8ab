"""A damaged transcript is read as far as it goes, or refused in a sentence; nothing else happens."""

import random

import pytest

from coach.core.transcripts.model import Transcript
from coach.core.transcripts.moments import FileHistory
from coach.core.transcripts.reading import NoTranscript, read_transcript
from tests.core.transcripts.damaged import damaged
from tests.core.transcripts.samples import SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_transcript_is_read_or_refused_in_a_sentence(name):
    chance = random.Random(name)
    content = SAMPLES[name]()
    ends = set()
    for _ in range(25):
        try:
            transcript = read_transcript("it.json", damaged(chance, content))
        except NoTranscript as why:
            ends.add("refused")
            assert str(why).startswith("it.json ")
            assert str(why).endswith(".")
            continue
        ends.add("read")
        assert Transcript.model_validate_json(transcript.model_dump_json()).steps is not None
        for moment in FileHistory(transcript).moments():
            assert len(moment.files) < 1_000
    assert ends >= {"read"}
