"""`tox -e soak -- NAME…`: as `tox -e bench`, for what is told by doing it many times."""

from tests.bench.__main__ import command
from tests.bench.running import SOAK

main = command(SOAK)

if __name__ == "__main__":
    main(prog_name=main.name)
