from coach.interrupts import end_at_once

end_at_once()

from coach.cli import main  # noqa: E402 - Ctrl-C while this is loaded is not a defect

if __name__ == "__main__":
    raise SystemExit(main())
