"""The job of Onramp's webhook route as a Flask handler: verify as WEBHOOKS.md 3 says, store durably, answer 202.

Run by gunicorn with threads: each thread keeps one connection. Each insert is a transaction of its own (autocommit).
"""

import base64
import binascii
import hashlib
import hmac
import os
import sqlite3
import threading
import zlib
from datetime import datetime, timezone

from flask import Flask, request

WIRE_MAX = 10 * 1024 * 1024
BODY_MAX = 20 * 1024 * 1024
FRESH = 300.0

DATABASE = os.environ["DATABASE"]
SECRETS = {os.environ["WEBHOOK_ID"]: os.environ["WEBHOOK_SECRET"].encode()}

INSERT = """
INSERT INTO deliveries (received_at, webhook_id, event_name, attempt, sent_at, signature, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = WIRE_MAX
# The threads of a process take turns: cheaper than letting them meet at the database's own lock, which is polled.
turn = threading.Lock()
local = threading.local()


def connect():
    database = sqlite3.connect(DATABASE, isolation_level=None, timeout=5)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


def connection():
    if not hasattr(local, "database"):
        local.database = connect()
    return local.database


def inflate(raw):
    """The body as it was signed, or None if it is broken gzip or too large."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    decoder = zlib.decompressobj(31)
    try:
        body = decoder.decompress(raw, BODY_MAX)
    except zlib.error:
        return None
    return body if decoder.eof and not decoder.unused_data else None


def is_fresh(timestamp, now):
    try:
        sent = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return sent.tzinfo is not None and abs((now - sent).total_seconds()) <= FRESH


def fits(secret, timestamp, body, signature):
    mac = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).digest()
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(mac, given)


@app.post("/webhooks/catena")
def receive():
    headers = request.headers
    signature = headers.get("X-Catena-Signature")
    timestamp = headers.get("X-Catena-Timestamp")
    webhook_id = headers.get("X-Webhook-ID")
    secret = SECRETS.get(webhook_id)
    now = datetime.now(timezone.utc)
    if not signature or not timestamp or secret is None or not is_fresh(timestamp, now):
        return "", 401
    body = inflate(request.get_data(cache=False))
    if body is None:
        return "", 400
    if not fits(secret, timestamp, body, signature):
        return "", 401
    row = (
        int(now.timestamp() * 1_000_000),
        webhook_id,
        headers.get("X-Event-Type"),
        headers.get("X-Delivery-Attempt", type=int),
        timestamp,
        signature,
        body,
    )
    try:
        with turn:
            connection().execute(INSERT, row)
    except sqlite3.OperationalError:
        return "", 503
    return "", 202


connect().execute(
    """
    CREATE TABLE IF NOT EXISTS deliveries (
        id          INTEGER PRIMARY KEY,
        received_at INTEGER NOT NULL,
        webhook_id  TEXT,
        event_name  TEXT,
        attempt     INTEGER,
        sent_at     TEXT,
        signature   TEXT,
        body        BLOB
    ) STRICT
    """
)
