"""`python -m benthic` is the command `benthic`; nothing else happens here."""

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
