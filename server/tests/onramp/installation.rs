//! What a database belongs to: noted once, checked at each start.

use std::sync::Arc;

use domain::staff::Role;
use platform::random::SystemRandom;
use reqwest::StatusCode;
use server::{
    security::vault::{Purpose, Vault},
    services::{
        installation::{Mismatch, claim, holds_secrets},
        staff::DEMO,
    },
    store::{Installation, NewStaff, SealedValue, SharedStore, SigningSecret, StaffRow},
};
use uuid::Uuid;

use crate::{
    store::{fresh, now},
    support::TestServer,
};

fn vault(key: u8) -> Vault {
    Vault::new(&[key; 32], Arc::new(SystemRandom))
}

/// A secret as a version that noted nothing sealed it.
async fn seal_something(store: &SharedStore, key: u8) {
    let sealed = vault(key).seal(Purpose::SigningSecret, b"secret");
    let secret = SigningSecret { id: Uuid::from_u128(1), event_name: "*".into(), sealed, created_at: now() };
    store.put_secret(&secret).await.unwrap();
}

#[tokio::test]
async fn a_store_keeps_the_first_note_and_finds_something_sealed() {
    let (store, _dir) = fresh().await;
    assert_eq!(store.installation().await.unwrap(), None);
    assert_eq!(store.any_sealed().await.unwrap(), None);
    let first = Installation { sealed_probe: vec![1, 2], sandbox: true };
    store.note_installation(&first).await.unwrap();
    store.note_installation(&Installation { sealed_probe: vec![3], sandbox: false }).await.unwrap();
    assert_eq!(store.installation().await.unwrap(), Some(first));
    seal_something(&store, 1).await;
    assert!(matches!(store.any_sealed().await.unwrap(), Some(SealedValue::SigningSecret(_))));
}

#[tokio::test]
async fn a_new_database_belongs_to_the_first_key_and_mode() {
    for sandbox in [true, false] {
        let (store, _dir) = fresh().await;
        assert!(!holds_secrets(&store).await.unwrap());
        claim(&store, &vault(1), sandbox).await.unwrap();
        assert!(holds_secrets(&store).await.unwrap(), "a new key must not be made any more");
        claim(&store, &vault(1), sandbox).await.unwrap();
        assert!(matches!(claim(&store, &vault(2), sandbox).await, Err(Mismatch::Key)));
        match claim(&store, &vault(1), !sandbox).await {
            Err(Mismatch::HoldsRealFleets) => assert!(!sandbox),
            Err(Mismatch::HoldsMadeUpFleets) => assert!(sandbox),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_database_of_an_earlier_version_is_judged_by_what_it_holds() {
    for is_sandboxs in [true, false] {
        let (store, _dir) = fresh().await;
        seal_something(&store, 1).await;
        if is_sandboxs {
            let row = StaffRow {
                id: Uuid::from_u128(2),
                email: DEMO.0.into(),
                role: Role::Administrator,
                password_hash: None,
                demo: true,
            };
            store.add_staff(&NewStaff { row, created_at: now() }).await.unwrap();
        }
        assert!(holds_secrets(&store).await.unwrap());
        assert!(matches!(claim(&store, &vault(2), is_sandboxs).await, Err(Mismatch::Key)));
        assert_eq!(store.installation().await.unwrap(), None, "a wrong key notes nothing");
        assert!(claim(&store, &vault(1), !is_sandboxs).await.is_err());
        claim(&store, &vault(1), is_sandboxs).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_whose_key_does_not_fit_its_database_is_not_ready() {
    let server = TestServer::start().await;
    assert_eq!(server.browser().get("/readyz").await.status, StatusCode::OK);
    claim(&server.state.store, &vault(1), true).await.unwrap();
    // An answer about readiness holds for a second.
    server.clock.advance(time::Duration::SECOND);
    let ready = server.browser().get("/readyz").await;
    assert_eq!(
        (ready.status, ready.body.trim()),
        (StatusCode::SERVICE_UNAVAILABLE, "the key doesn't fit the database")
    );
}
