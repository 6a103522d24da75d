"""The database behind everything that is kept: SQLite in WAL by default, PostgreSQL by address.

All work runs in threads of its own, so that no message waits for another's disk. A table that holds
something of a person is told to `keep`, so that forgetting that person, and forgetting in time, reach it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sanic import Sanic
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool

from legalbot.settings import database

SECONDS = 4
"""So long a statement may wait for a lock or a connection before it fails."""
POSTGRES_THREADS = 4
T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A table with something of a person: whose it is (a sender id) and when it was said (epoch seconds)."""

    table: sa.Table
    sender: str = "sender_id"
    at: str = "at"


class Database:
    """Runs work on one engine, each piece in a transaction and in a thread."""

    def __init__(self, address: str | None = None) -> None:
        self.address = address or database()
        self.is_sqlite = make_url(self.address).get_backend_name() == "sqlite"
        self.engine: Any = sa.create_engine(
            self.address, poolclass=QueuePool, hide_parameters=True, **_connecting(self.is_sqlite)
        )
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _write_ahead)
            sa.event.listen(self.engine, "begin", _begin)
        threads = 1 if self.is_sqlite else POSTGRES_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="database")
        self._kept: list[Kept] = []

    def keep(self, kept: Kept) -> None:
        """Create the table if it is missing, and delete from it whatever is to be forgotten.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database cannot be written.
        """
        kept.table.create(self.engine, checkfirst=True)
        self._kept.append(kept)

    async def call(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return `work(connection, *arguments)`, done in one transaction that is committed before.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: whatever the database says; nothing is written then.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._in_transaction, work, *arguments)

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return `work(connection, *arguments)`, which only reads and waits for no writer.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: whatever the database says.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._connected, work, *arguments)

    async def look(self) -> None:
        """Read with a new connection, which has nothing in mind of what the file was before.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database is away, or its file is none any more.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._look)

    async def forget(self, sender_id: str) -> None:
        """Delete all that is kept of one person."""
        await self.call(_delete, [kept.table.c[kept.sender] == sender_id for kept in self._kept])

    async def forget_before(self, at: float) -> None:
        """Delete all that was said before `at`, in seconds since the epoch."""
        await self.call(_delete, [kept.table.c[kept.at] < at for kept in self._kept])

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()

    def _look(self) -> None:
        looking = sa.create_engine(self.address, poolclass=NullPool, hide_parameters=True)
        with looking.connect() as connection:
            sa.inspect(connection).get_table_names()

    def _connected(self, work: Callable[..., T], *arguments: Any) -> T:
        with self.engine.connect() as connection:
            return work(connection, *arguments)

    def _in_transaction(self, work: Callable[..., T], *arguments: Any) -> T:
        with self.engine.begin() as connection:
            return work(connection, *arguments)


def database_of(app: Sanic) -> Database:
    """Return the database of a running server, opened at the first call (Rasa's own verbs open none)."""
    if not hasattr(app.ctx, "database"):
        app.ctx.database = Database()
    return app.ctx.database  # type: ignore[no-any-return]


def inserted(connection: Any, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert a row; False where there is one with its key, as when another process was faster."""
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(values))
    except sa.exc.IntegrityError:
        return False
    return True


def _delete(connection: Any, conditions: list[Any]) -> None:
    for condition in conditions:
        connection.execute(sa.delete(condition.left.table).where(condition))


def _connecting(sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {
            "pool_size": 1,
            "pool_timeout": SECONDS,
            "connect_args": {"check_same_thread": False, "timeout": SECONDS, "isolation_level": None},
        }
    return {
        "pool_size": POSTGRES_THREADS,
        "pool_timeout": SECONDS,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": SECONDS, "options": f"-c statement_timeout={SECONDS}s"},
    }


def _write_ahead(connection: Any, record: Any) -> None:
    """Make SQLite write its log first: readers do not wait, and a killed process loses nothing."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Any) -> None:
    """Take SQLite's one writing lock at once: another process waits instead of failing half-way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
