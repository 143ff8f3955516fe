//! Plays Catena: sends the events of many fleets, signed as Catena signs them.

use std::{io::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use flate2::{Compression, write::GzEncoder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use platform::clock::{Clock as _, SystemClock};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use uuid::Uuid;

pub const SECRET: &str = "durability-signing-secret";
pub const HOOK: Uuid = Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001);

pub const STORY: [&str; 6] = [
    "invitation.created",
    "invitation.viewed",
    "invitation.accepted",
    "share_agreement.created",
    "connection.created",
    "fleet_connection.created",
];

/// One event of one fleet.
#[derive(Clone)]
pub struct Event {
    pub id: Uuid,
    pub body: Vec<u8>,
}

/// The published story, repeated for any number of fleets.
pub struct Stories {
    examples: Vec<String>,
    /// All ids in the examples that belong to a single fleet.
    ids: Vec<Uuid>,
}

impl Stories {
    pub fn read() -> Self {
        let examples: Vec<Value> =
            STORY.iter().map(|event| serde_json::from_str(contract::event(event)).unwrap()).collect();
        let mut ids = Vec::new();
        for example in &examples {
            ids.push(id(&example["id"]));
            for field in ["id", "fleet_id", "connection_id"] {
                let value = &example["data"][0][field];
                if value.is_string() && !ids.contains(&id(value)) {
                    ids.push(id(value));
                }
            }
        }
        // None of their links expires during the test.
        let examples = examples.iter().map(|example| example.to_string().replace("2026-03-03", "2126-03-03")).collect();
        Self { examples, ids }
    }

    pub fn fleet_ref(fleet: u32) -> String {
        format!("FLEET-{fleet:06}")
    }

    /// One event of the fleet's story.
    pub fn event(&self, fleet: u32, index: usize) -> Event {
        let mut text = self.examples[index].replace("FLEET-42", &Self::fleet_ref(fleet));
        for id in &self.ids {
            text = text.replace(&id.to_string(), &of_fleet(*id, fleet).to_string());
        }
        let own: Value = serde_json::from_str(&text).unwrap();
        Event { id: id(&own["id"]), body: text.into_bytes() }
    }
}

fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// The same id for another fleet: version and time stay the same.
fn of_fleet(id: Uuid, fleet: u32) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ (u128::from(fleet) << 8))
}

/// What a sender needs to send.
pub fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// Sends an event once. `None` if there was no answer.
pub async fn send(client: &Client, url: &str, event: &Event) -> Option<StatusCode> {
    let timestamp = timestamp::rfc3339(SystemClock.now());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(&event.body);
    let mut wire = GzEncoder::new(Vec::new(), Compression::fast());
    wire.write_all(&event.body).unwrap();
    let request = client
        .post(format!("{url}/webhooks/catena"))
        .timeout(Duration::from_secs(10))
        .header("content-encoding", "gzip")
        .header("x-catena-signature", STANDARD.encode(mac.finalize().into_bytes()))
        .header("x-catena-timestamp", timestamp)
        .header("x-webhook-id", HOOK.to_string())
        .body(wire.finish().unwrap());
    Some(request.send().await.ok()?.status())
}
