//! What every sandbox starts with: its partner, a dozen telematics providers, some of them brands of the same source, and a
//! dozen external providers in the registry (CONTRACT.md 8 and 9).

use std::collections::BTreeMap;

use domain::timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    settings::{PARTNER_NAME, PARTNER_SLUG},
    state::{
        State,
        records::{ExternalTsp, Partner, Tsp},
    },
};

/// When the providers and the registry were created: 2026-01-26T15:40:23.624104Z.
const CREATED_AT_MICROS: i64 = 1_769_442_023_624_104;

/// Id, name, slug, source, connection type, website.
const TSPS: [(u128, [&str; 5]); 12] = [
    (0x3da6_22c3_abfe_4228_bf21_9e9c_b0eb_53f1, ["3PL Tek", "3pl-tek", "hos247", "company_id", "https://3pltek.us/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a001,
        ["Catena Simulator", "catena-simulator", "catena_simulator", "token", "https://simulator.example/"],
    ),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a002, ["Geotab", "geotab", "geotab", "geotab", "https://www.geotab.com/"]),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a003, ["HOS247", "hos247", "hos247", "company_id", "https://hos247.com/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a004,
        ["ISAAC Instruments", "isaac", "isaac", "isaac", "https://isaacinstruments.com/"],
    ),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a005, ["Motive", "motive", "motive", "motive", "https://gomotive.com/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a006,
        ["Northline ELD", "northline-eld", "hos247", "company_id", "https://northline-eld.example/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a007,
        ["Prairie Fleet GPS", "prairie-fleet-gps", "gpstab", "api_key", "https://prairie-fleet.example/"],
    ),
    (
        0x8ac5_1ca7_c430_48a9_81ad_fa55_ac79_e6c5,
        ["Samsara", "samsara", "samsara", "samsara", "https://www.samsara.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a008,
        ["Verizon Connect", "verizon-connect", "verizon_connect", "verizon_connect", "https://www.verizonconnect.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a009,
        ["Webfleet", "webfleet", "webfleet", "api_basic", "https://www.webfleet.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a00a,
        ["Zonar", "zonar", "zonar", "api_basic", "https://www.zonarsystems.com/"],
    ),
];

/// The id of the first external provider. The others count up.
const FIRST_EXTERNAL_ID: u128 = 0x019d_6a63_6947_7ccf_a25e_c84d_8dbc_7400;

/// The names of the external providers. Catena has integrations with the first ones.
const EXTERNAL_TSPS: [&str; 12] = [
    "3PL Tek",
    "Geotab",
    "HOS247",
    "Motive",
    "Northline ELD",
    "Samsara",
    "Alpine Logbook",
    "Bluewater Fleet Systems",
    "Granite ELD",
    "Lakeshore Telematics",
    "Open Road Logs",
    "Summit Trackers",
];

impl State {
    /// Adds what every sandbox has, unless it's there, and rebuilds what isn't saved. For a new state and a loaded one.
    pub(crate) fn prepare(&mut self, now: OffsetDateTime) {
        let partner_id = self.partner_id;
        self.partners.entry(partner_id).or_insert_with(|| own_partner(partner_id, now));
        if self.tsps.is_empty() {
            self.tsps = default_tsps();
        }
        if self.external_tsps.is_empty() {
            self.external_tsps = default_external_tsps();
        }
        self.rebuild_indexes();
    }
}

/// The partner whose tokens the sandbox issues.
fn own_partner(id: Uuid, now: OffsetDateTime) -> Partner {
    Partner {
        id,
        name: PARTNER_NAME.to_owned(),
        slug: Some(PARTNER_SLUG.to_owned()),
        description: None,
        websites: None,
        categories: Vec::new(),
        is_sandbox: true,
        parent_partner_id: None,
        created_at: now,
        updated_at: now,
    }
}

fn default_tsps() -> BTreeMap<Uuid, Tsp> {
    let at = timestamp::from_micros(CREATED_AT_MICROS);
    let tsps = TSPS.map(|(id, [name, slug, source_name, conn_type, website])| Tsp {
        id: Uuid::from_u128(id),
        name: name.to_owned(),
        slug: slug.to_owned(),
        source_name: source_name.to_owned(),
        status: "active".to_owned(),
        conn_type: conn_type.to_owned(),
        description: Some(name.to_owned()),
        websites: Some(vec![website.to_owned()]),
        is_sandbox: source_name == "catena_simulator",
        logo_url: None,
        logo_dark_url: None,
        ext_tsp_id: external_id_of(name),
        registry: Some("fmcsa".to_owned()),
        compliance_status: "compliant".to_owned(),
        created_at: at,
        updated_at: at,
    });
    tsps.into_iter().map(|tsp| (tsp.id, tsp)).collect()
}

fn external_id(index: usize) -> Uuid {
    Uuid::from_u128(FIRST_EXTERNAL_ID + index as u128)
}

/// The id in the registry of the provider with this name.
fn external_id_of(name: &str) -> Option<Uuid> {
    EXTERNAL_TSPS.iter().position(|known| *known == name).map(external_id)
}

fn default_external_tsps() -> BTreeMap<Uuid, ExternalTsp> {
    let created_at = timestamp::from_micros(CREATED_AT_MICROS);
    let external_tsp = |(index, name): (usize, &str)| {
        let website = Some(format!("https://{}.example/", name.to_lowercase().replace(' ', "-")));
        ExternalTsp { id: external_id(index), name: name.to_owned(), website, created_at }
    };
    EXTERNAL_TSPS.into_iter().enumerate().map(external_tsp).map(|tsp| (tsp.id, tsp)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_knows_the_integrated_providers_and_others() {
        assert_eq!(default_external_tsps().len(), 12);
        assert!(external_id_of("Samsara").is_some());
        assert_eq!(external_id_of("Zonar"), None);
    }
}
