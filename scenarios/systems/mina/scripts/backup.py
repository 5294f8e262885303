"""Backs the database up: `python scripts/backup.py NAME`.

Makes in $CONFIGURATION/backups/postgres `NAME.sql.gpg`, which only the holder of the backup key can read, and beside it
`NAME.sql.gpg.digests`: how many rows each table had and their digest, as of the very moment of the dump. The text of
the dump never touches a disk. Exit status: 0 all is well, else the one of what failed.
"""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from table_digests import digests

KEY = "backup@mina.example"
GPG = ("gpg", "--batch", "--quiet")


def main(name: str) -> int:
    """Make the key if there is none yet, then the backup; the two halves of the pipe are both asked how they ended."""
    place = Path(os.environ["CONFIGURATION"])
    folder = place / "backups" / "postgres"
    for each in (folder, place / "restore", Path(os.environ["GNUPGHOME"])):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    if subprocess.run([*GPG, "--list-keys", KEY], capture_output=True, check=False).returncode:
        new = ["--passphrase", "", "--quick-generate-key", KEY, "future-default", "default", "never"]
        subprocess.run([*GPG, *new], check=True)
    backup = folder / f"{name}.sql.gpg"
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dump = ["pg_dump", url, "--no-owner", "--no-privileges", f"--snapshot={row[0]}"]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
            encrypt = [*GPG, "--yes", "--trust-model=always", f"--recipient={KEY}", f"--output={backup}", "--encrypt"]
            encrypted = subprocess.run(encrypt, stdin=dumping.stdout, check=False).returncode
        told = "".join(f"{line}\n" for line in digests(connection))
    backup.with_suffix(".gpg.digests").write_text(told, encoding="utf-8")
    print(f"backed up as {backup.name}: {backup.stat().st_size} bytes")
    return dumping.returncode or encrypted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
