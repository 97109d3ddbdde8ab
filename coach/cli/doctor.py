"""The words of ``coach doctor``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_doctor(commands: "Commands[Parser]") -> None:
    doctor = add(commands, "doctor", _doctor, "look at all that coach leans on, and say what to do")
    add_json(doctor)


def _doctor() -> Call:
    from coach.cli.commands.doctor import doctor

    return doctor
