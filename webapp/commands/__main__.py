"""`python -m webapp.commands` is `kb`."""

from webapp.commands import main

main()
