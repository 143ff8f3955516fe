//! The published data, compiled in, so that no test needs to know where the files are.

use serde_json::Value;

macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        &[$(($name, include_str!(concat!("../data/", $folder, "/", $name, ".json")))),+]
    };
}

const EVENT_BODIES: &[(&str, &str)] = files!("events":
    "connection.created"
    "connection.staled"
    "execution.failed"
    "execution.staled"
    "fleet_connection.created"
    "invitation.accepted"
    "invitation.created"
    "invitation.declined"
    "invitation.deleted"
    "invitation.expired"
    "invitation.rejected"
    "invitation.sent"
    "invitation.viewed"
    "schedule.deactivated"
    "share_agreement.created"
    "share_agreement.deleted"
    "share_agreement.updated"
    "webhook.staled"
);

const SAMPLES: &[(&str, &str)] = files!("samples":
    "connection"
    "connection-get"
    "fleet"
    "invitation"
    "page-empty"
    "partner"
    "share-agreement"
    "tsp"
    "tsp-integrations"
);

/// The names of all published events, in alphabetical order.
pub const EVENTS: [&str; EVENT_BODIES.len()] = {
    let mut names = [""; EVENT_BODIES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = EVENT_BODIES[at].0;
        at += 1;
    }
    names
};

/// The published body of an event's webhook, `invitation.created` for example, byte for byte: indented, as Catena's
/// documentation shows it. Together the events tell the story of one fleet.
///
/// # Panics
///
/// If no such event is published.
pub fn event(name: &str) -> &'static str {
    find(EVENT_BODIES, name)
}

/// A record as the real API returned it, `share-agreement` for example.
///
/// # Panics
///
/// If there is no such sample.
pub fn sample(name: &str) -> Value {
    read(find(SAMPLES, name))
}

/// The OpenAPI document of organizations: invitations, agreements, fleets, partners, providers, connections.
pub fn orgs_document() -> Value {
    read(include_str!("../data/openapi-orgs.json"))
}

/// The OpenAPI document of webhook subscriptions.
pub fn notifications_document() -> Value {
    read(include_str!("../data/openapi-notifications.json"))
}

fn find(files: &[(&str, &'static str)], name: &str) -> &'static str {
    let found = files.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("crates/contract/data has no {name}.json")).1
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_file_is_listed() {
        for (folder, listed) in [("events", EVENT_BODIES), ("samples", SAMPLES)] {
            let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(folder)).unwrap();
            let files: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            assert_eq!(files, listed.iter().map(|(name, _)| format!("{name}.json")).collect());
        }
    }

    #[test]
    fn every_event_names_itself() {
        for name in EVENTS {
            assert_eq!(read(event(name))["event_name"], name);
        }
    }
}
