"""Law 11: the operator's own deny list, a file with one server name per line; `#` begins a comment."""

from __future__ import annotations

from pathlib import Path

from .laws.names import is_server_name


class DenyFileFault(Exception):
    """The file cannot be read, or a line is no server name: a name misspelt must not go undenied in silence."""


class DenyList:
    """Keeps the last good reading. `names` is None until there has been one: shut to everyone."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._seen: tuple[int, int, int] | None = None
        self.names: frozenset[str] | None = frozenset() if path is None else None
        self.fault = ""

    def refresh(self) -> bool:
        """Reads again if the file has changed. True where the names or the fault are not what they were."""
        if self._path is None:
            return False
        before = (self.names, self.fault)
        try:
            stat = self._path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if mark != self._seen or self.fault:
                self.names = self._read(self._path)
                self._seen = mark
            self.fault = ""
        except (OSError, UnicodeDecodeError, DenyFileFault) as fault:
            self.fault = f"local deny list: {fault}"
        return before != (self.names, self.fault)

    @staticmethod
    def _read(path: Path) -> frozenset[str]:
        lines = (line.split("#", 1)[0].strip() for line in path.read_text("utf-8").splitlines())
        names = frozenset(line for line in lines if line)
        wrong = sorted(name for name in names if not is_server_name(name))
        if wrong:
            raise DenyFileFault(f"not a server name: {wrong[0][:80]}")
        return names
