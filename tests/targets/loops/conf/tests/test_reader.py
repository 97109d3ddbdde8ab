import pytest

from conf.reader import read

TEXT = """\
[ server ]
port = 80
debug = yes

[client]
timeout = 2.5
color = Yes
"""


@pytest.fixture
def settings():
    return read(TEXT)


def test_reads_lines(settings):
    assert len(settings.sections) == 2


def test_section_names_are_trimmed(settings):
    assert settings.get("server", "port") == "80"
    assert settings.number("server", "port") == 80


def test_a_number_may_have_a_fraction(settings):
    assert settings.number("client", "timeout") == 2.5


def test_a_flag_in_any_case(settings):
    assert settings.flag("client", "color") is True


def test_unknown_sections_are_an_error(settings):
    with pytest.raises(KeyError):
        settings.get("nowhere", "port")


def test_spaces_inside_a_name_are_kept():
    assert list(read("[a b]").sections) == ["a b"]
