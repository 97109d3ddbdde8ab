"""What makes a shell comfortable: completion scripts, and the list of keys."""

from argparse import Namespace

from coach.cli.commands.console import put, put_json
from coach.errors import EXIT_FINE
from coach.settings.user import load_personal


def completion(args: Namespace) -> int:
    """Print the completion script of a shell."""
    import shtab

    put(shtab.complete(args.known, shell=args.shell))
    return EXIT_FINE


def keys(args: Namespace) -> int:
    """List actions with their keys, the engineer's own included."""
    from coach.tui import keys as registry

    registry.use(load_personal().keys)
    actions = registry.REGISTRY
    if args.json:
        put_json([{"id": each.id, "keys": list(each.keys), "help": each.help} for each in actions])
        return EXIT_FINE
    for each in actions:
        put(f"{each.id:<18} {' '.join(each.keys):<22} {each.help}")
    return EXIT_FINE
