"""The one way in which a command fails."""


class Refused(Exception):
    """What was asked for was refused or did not work; each of its lines is printed as one of ours."""

    def __init__(self, *lines: str, status: int = 1) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.status = status  # of the process
