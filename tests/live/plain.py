"""`ticker serve` with a stock uvicorn, which knows none of our protocols and hands over no connection.

`python tests/live/plain.py serve …`
"""

import sys

import uvicorn

from ticker import app
from ticker.cli import main


def _stock(server: app.Server) -> app._Uvicorn:
    return app._Uvicorn(
        uvicorn.Config(server.asgi, lifespan="off", log_config=None, timeout_graceful_shutdown=int(app.STOP_WITHIN / 2))
    )


if __name__ == "__main__":
    app._uvicorn = _stock
    sys.exit(main())
