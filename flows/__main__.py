"""The command `talkwatch`: ends without a traceback on Ctrl-C, also while the modules it needs are being loaded."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    try:
        from flows.cli.app import main as run

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
