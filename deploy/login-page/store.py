"""The database of the login page: accounts, sessions, consents and failed attempts, in SQLite."""

import secrets
import sqlite3
import threading

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, octets BLOB NOT NULL);
-- sub is random and never used again: it is what applications know a person by.
CREATE TABLE IF NOT EXISTS users (
  sub TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
  email TEXT NOT NULL, password TEXT NOT NULL, totp TEXT NOT NULL, totp_step INTEGER NOT NULL);
-- cookie is the SHA-256 of the browser's. needs_code: the password was right, the code has to come.
-- fresh_for is the SHA-256 of the handle that this login was made for.
CREATE TABLE IF NOT EXISTS sessions (
  cookie TEXT PRIMARY KEY, sub TEXT NOT NULL, sid TEXT NOT NULL, auth_time INTEGER NOT NULL,
  amr TEXT NOT NULL, needs_code INTEGER NOT NULL, fresh_for TEXT NOT NULL,
  expires_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_by_end ON sessions (expires_at);
CREATE TABLE IF NOT EXISTS consents (
  sub TEXT NOT NULL, client_id TEXT NOT NULL, redirect_host TEXT NOT NULL, item TEXT NOT NULL,
  expires_at INTEGER NOT NULL, PRIMARY KEY (sub, client_id, redirect_host, item));
CREATE TABLE IF NOT EXISTS attempts (
  subject TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_by_end ON attempts (expires_at);
"""


class Store:
    """Thread-safe. Times are seconds since 1970 and given by the caller."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def _run(self, statement, *values):
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def _changed(self, statement, *values):
        with self._lock:
            return self._db.execute(statement, values).rowcount

    def key(self, name):
        """32 octets, made at the first use."""
        self._run("INSERT OR IGNORE INTO keys VALUES (?, ?)", name, secrets.token_bytes(32))
        return self._run("SELECT octets FROM keys WHERE name = ?", name)[0]["octets"]

    # Accounts.

    def add_user(self, username, name, email, password, totp):
        """False if the name is taken."""
        return self._changed("INSERT OR IGNORE INTO users VALUES (?, ?, ?, ?, ?, ?, 0)",
                             secrets.token_urlsafe(16), username, name, email, password, totp) == 1

    def remove_user(self, username):
        for row in self._run("SELECT sub FROM users WHERE username = ?", username):
            for table in ("users", "sessions", "consents"):
                self._run(f"DELETE FROM {table} WHERE sub = ?", row["sub"])
            return True
        return False

    def set_password(self, username, password):
        """Ends the person's sessions too. False if there is no such account."""
        user = self.user_by_name(username)
        if user is None:
            return False
        self._run("UPDATE users SET password = ? WHERE sub = ?", password, user["sub"])
        self._run("DELETE FROM sessions WHERE sub = ?", user["sub"])
        return True

    def users(self):
        return self._run("SELECT * FROM users ORDER BY username")

    def user_by_name(self, username):
        return next(iter(self._run("SELECT * FROM users WHERE username = ?", username)), None)

    def user(self, sub):
        return next(iter(self._run("SELECT * FROM users WHERE sub = ?", sub)), None)

    def use_totp_step(self, sub, step):
        """False if that step or a later one was used: each code works once."""
        return self._changed("UPDATE users SET totp_step = ? WHERE sub = ? AND totp_step < ?",
                             step, sub, step) == 1

    # Sessions.

    def put_session(self, cookie, session, now):
        self._run("DELETE FROM sessions WHERE expires_at <= ?", now)
        self._run("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", cookie, session["sub"],
                  session["sid"], session["auth_time"], session["amr"], session["needs_code"],
                  session["fresh_for"], session["expires_at"])

    def session(self, cookie, now):
        return next(iter(self._run("SELECT * FROM sessions WHERE cookie = ? AND expires_at > ?",
                                   cookie, now)), None)

    def end_session(self, cookie):
        self._run("DELETE FROM sessions WHERE cookie = ?", cookie)

    # Consents. An item is one scope or one resource.

    def consents(self, sub, client_id, redirect_host, now):
        found = self._run("SELECT item FROM consents WHERE sub = ? AND client_id = ?"
                          " AND redirect_host = ? AND expires_at > ?",
                          sub, client_id, redirect_host, now)
        return {row["item"] for row in found}

    def put_consents(self, sub, client_id, redirect_host, items, expires_at):
        for item in items:
            self._run("INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?, ?)",
                      sub, client_id, redirect_host, item, expires_at)

    # Failed attempts, counted in windows that begin with the first.

    def take_attempt(self, subject, limit, window, now):
        """Counts an attempt before its outcome is known, so that many at once do not pass the
        limit. False if there were too many.
        """
        self._run("DELETE FROM attempts WHERE expires_at <= ?", now)
        return self._changed(
            "INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT (subject) DO UPDATE"
            " SET count = count + 1 WHERE count < ?", subject, now + window, limit) == 1

    def forget_attempts(self, subject):
        self._run("DELETE FROM attempts WHERE subject = ?", subject)

    def give_attempt_back(self, subject):
        self._run("UPDATE attempts SET count = count - 1 WHERE subject = ? AND count > 0", subject)
