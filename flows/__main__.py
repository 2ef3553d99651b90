"""`python -m flows` is the command `talkwatch`."""

from flows.cli.entry import main

main()
