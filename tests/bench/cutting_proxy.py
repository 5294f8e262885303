"""A TCP proxy that cuts one connection after exactly so many more bytes."""

import contextlib
import socket
import threading

UP, DOWN = "up", "down"  # to the server, to the client


class CuttingProxy:
    """One connection at a time between a client and 127.0.0.1:`port`."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, way: str, after: int) -> None:
        """Let `after` more bytes through in this direction, then cut both."""
        with self._lock:
            self._left = {way: after}

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._left = {}
            server = socket.create_connection(("127.0.0.1", self._server_port))
            for way, source, target in ((UP, client, server), (DOWN, server, client)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._forward, args=(way, source, target), daemon=True).start()

    def _forward(self, way: str, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                passed, last = self._passed(way, data)
                if passed:
                    target.sendall(passed)
                if last:
                    break
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _passed(self, way: str, data: bytes) -> tuple[bytes, bool]:
        """What of `data` goes through, and whether the cut comes after it."""
        with self._lock:
            if way not in self._left:
                return data, False
            passed = data[: self._left[way]]
            self._left[way] -= len(passed)
            return passed, self._left[way] <= 0
