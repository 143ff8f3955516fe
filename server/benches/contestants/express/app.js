// The job of Onramp's webhook route as an Express handler: verify as WEBHOOKS.md 3 says, store durably, answer 202.
// better-sqlite3 is synchronous; each insert is a transaction of its own.
import { createHmac, timingSafeEqual } from "node:crypto";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import express from "express";

const WIRE_MAX = 10 * 1024 * 1024;
const BODY_MAX = 20 * 1024 * 1024;
const FRESH_MS = 300_000;

const { DATABASE, PORT, WEBHOOK_ID, WEBHOOK_SECRET } = process.env;
const secrets = new Map([[WEBHOOK_ID, WEBHOOK_SECRET]]);

const database = new Database(DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(`
  CREATE TABLE IF NOT EXISTS deliveries (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    webhook_id  TEXT,
    event_name  TEXT,
    attempt     INTEGER,
    sent_at     TEXT,
    signature   TEXT,
    body        BLOB
  ) STRICT`);
const insert = database.prepare(`
  INSERT INTO deliveries (received_at, webhook_id, event_name, attempt, sent_at, signature, body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`);

// The body as it was signed. Inflated here and not by Express: for a body of a kilobyte a thread of its own costs more.
function inflate(raw) {
  return raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, { maxOutputLength: BODY_MAX }) : raw;
}

function isFresh(timestamp, now) {
  const sent = /(Z|[+-]\d\d:\d\d)$/.test(timestamp) ? Date.parse(timestamp) : NaN;
  return Math.abs(now - sent) <= FRESH_MS;
}

function fits(secret, timestamp, body, signature) {
  const mac = createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === mac.length && timingSafeEqual(given, mac);
}

function receive(request, response) {
  const signature = request.get("x-catena-signature");
  const timestamp = request.get("x-catena-timestamp");
  const webhookId = request.get("x-webhook-id");
  const secret = secrets.get(webhookId);
  const now = Date.now();
  if (!signature || !timestamp || !secret || !isFresh(timestamp, now)) return response.status(401).end();
  let body;
  try {
    body = inflate(request.body);
  } catch {
    return response.status(400).end();
  }
  if (!fits(secret, timestamp, body, signature)) return response.status(401).end();
  const event = request.get("x-event-type") ?? null;
  const attempt = Number.parseInt(request.get("x-delivery-attempt"), 10) || null;
  try {
    insert.run(now * 1000, webhookId, event, attempt, timestamp, signature, body);
  } catch {
    return response.status(503).end();
  }
  return response.status(202).end();
}

const app = express();
app.disable("x-powered-by");
app.disable("etag");
// Without `inflate`, Express refuses a compressed body; so the bytes are read as they came.
app.post("/webhooks/catena", readWire, receive);
app.listen(Number(PORT), "127.0.0.1");

function readWire(request, response, next) {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size <= WIRE_MAX) chunks.push(chunk);
  });
  request.on("end", () => {
    if (size > WIRE_MAX) return response.status(413).end();
    request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    next();
  });
  request.on("error", next);
}
