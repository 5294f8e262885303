"""Says commands to the router's socket and prints its answers: `python scripts/router.py COMMAND…`.

Ends with 1 where an answer to `set` is anything but silence: that is how the router says that it did not.
"""

import os
import socket
import sys


def ask(command: str) -> str:
    """What the router answers to one command."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(os.environ["ROUTER_SOCKET"])
        connection.sendall(f"{command}\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode("utf-8", "replace").strip()


def main(commands: list[str]) -> int:
    refused = 0
    for command in commands:
        said = ask(command)
        if said:
            print(said)
        refused += bool(said) and command.startswith("set ")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
