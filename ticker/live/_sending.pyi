from array import array

def send_run(
    fds: array[int], places: array[int], sent_from: array[int], at: int, stop: int, place: int, head: int, data: bytes, /
) -> tuple[int, int]:
    """See ticker.live.sending."""
