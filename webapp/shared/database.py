"""One database session per request: committed when the request went well, rolled back when it did not."""

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

_EXTENSION = "kb_database"


def init_database(app: Flask, engine: Engine) -> None:
    """Bind `engine` to the application. Nothing connects before the first request that needs the database."""
    app.extensions[_EXTENSION] = (engine, sessionmaker(engine, expire_on_commit=False))
    app.after_request(_finish)
    app.teardown_request(_close)


def engine() -> Engine:
    return engine_of(current_app)


def engine_of(app: Flask) -> Engine:
    bound: tuple[Engine, sessionmaker[Session]] = app.extensions[_EXTENSION]
    return bound[0]


def session() -> Session:
    """The session of the running request."""
    if "db_session" not in g:
        make: sessionmaker[Session] = current_app.extensions[_EXTENSION][1]
        g.db_session = make()
    current: Session = g.db_session
    return current


def _finish(response: Response) -> Response:
    """Commit before the answer goes out, so that nobody is told of a success that was then lost. Errors undo all."""
    current: Session | None = g.get("db_session")
    if current is not None:
        if response.status_code < 400:
            current.commit()
        else:
            current.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    current: Session | None = g.pop("db_session", None)
    if current is not None:
        current.close()
