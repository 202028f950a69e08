"""The command's entry point, also as `python -m scaffold`."""

import sys


def main() -> None:
    """Run the command; Ctrl-C is answered in one line even while it is still being loaded."""
    try:
        from scaffold.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
