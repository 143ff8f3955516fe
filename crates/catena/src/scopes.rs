//! OAuth scopes of Catena's API (CONTRACT.md 2, WEBHOOKS.md 5). Which of them a client holds is Catena's decision; ask with
//! `Catena::granted_scopes`.

/// The scopes that a partner can expect: [`ALL`] without those that only a fleet needs (`fleet:create`, `fleet:update`,
/// `fleet:delete`, `share-agreement:delete`) or only Catena's administrators (`partner:create`, `tsp:create`, `tsp:update`,
/// `tsp:delete`).
pub const PARTNER: &[&str] = &[
    "connection:read",
    "execution:read",
    "fleet:read",
    "invitation:create",
    "invitation:delete",
    "invitation:read",
    "partner-property:create",
    "partner-property:read",
    "partner:read",
    "partner:update",
    "schedule:read",
    "share-agreement:read",
    "share-agreement:update",
    "webhook:create",
    "webhook:delete",
    "webhook:read",
    "webhook:update",
];

/// Every scope that the contract names.
pub const ALL: &[&str] = &[
    "connection:read",
    "execution:read",
    "fleet:create",
    "fleet:delete",
    "fleet:read",
    "fleet:update",
    "invitation:create",
    "invitation:delete",
    "invitation:read",
    "partner-property:create",
    "partner-property:read",
    "partner:create",
    "partner:read",
    "partner:update",
    "schedule:read",
    "share-agreement:delete",
    "share-agreement:read",
    "share-agreement:update",
    "tsp:create",
    "tsp:delete",
    "tsp:update",
    "webhook:create",
    "webhook:delete",
    "webhook:read",
    "webhook:update",
];
