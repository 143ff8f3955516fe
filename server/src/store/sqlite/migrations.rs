//! The changes that made today's tables, oldest first.

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// The name of a file in `migrations/sqlite`, taken apart, and what is in the file.
macro_rules! migration {
    ($version:literal, $description:literal, $file:literal) => {
        Migration::new(
            $version,
            $description.into(),
            MigrationType::Simple,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $file)).into_sql_str(),
            false,
        )
    };
}

/// All of them. A list by hand, as `sqlx::migrate!` costs a second build of SQLite, the one inside the macro.
pub(super) fn all() -> Migrator {
    Migrator::with_migrations(vec![
        migration!(1, "start", "0001_start.sql"),
        migration!(2, "deliveries", "0002_deliveries.sql"),
        migration!(3, "checks", "0003_checks.sql"),
        migration!(4, "subscription desk", "0004_subscription_desk.sql"),
        migration!(5, "imports", "0005_imports.sql"),
        migration!(6, "invitation differences", "0006_invitation_differences.sql"),
        migration!(7, "messages", "0007_messages.sql"),
        migration!(8, "failed messages", "0008_failed_messages.sql"),
        migration!(9, "connections by fleet", "0009_connections_by_fleet.sql"),
        migration!(11, "import header", "0011_import_header.sql"),
        migration!(14, "installation", "0014_installation.sql"),
        migration!(15, "readiness", "0015_readiness.sql"),
    ])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn the_list_is_what_the_folder_holds() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let files = Migrator::new(dir).await.unwrap();
        let parts = |all: &Migrator| -> Vec<_> {
            all.iter()
                .map(|m| (m.version, m.description.clone(), m.checksum.clone(), m.migration_type, m.no_tx))
                .collect()
        };
        assert_eq!(parts(&all()), parts(&files));
    }
}
