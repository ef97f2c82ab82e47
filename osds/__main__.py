"""`python -m osds` is the same program as `osds`."""

from osds.cli import main

if __name__ == "__main__":
    main()
