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
    read, refused = [], []
    for _ in range(25):
        try:
            read.append(read_transcript("it.json", damaged(chance, content)))
        except NoTranscript as why:
            refused.append(str(why))
    assert read
    assert [each for each in refused if not each.startswith("it.json ") or not each.endswith(".")] == []
    for transcript in read:
        assert Transcript.model_validate_json(transcript.model_dump_json()).format == transcript.format
        for moment in FileHistory(transcript).moments():
            assert len(moment.files) < 1_000
