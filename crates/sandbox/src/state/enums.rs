//! The contract's enums (CONTRACT.md, "All enums"), except for resources.

/// Whether a space-separated list contains `word`.
fn contains(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one == word)
}

/// Whether it is a `source_name`: the name of one of Catena's integrations.
pub(crate) fn is_source(word: &str) -> bool {
    contains(SOURCES, word)
}

/// Every `source_name`.
pub(crate) fn sources() -> Vec<&'static str> {
    SOURCES.split_ascii_whitespace().collect()
}

/// Whether it is a `conn_type`: a way to provide credentials.
pub(crate) fn is_connection_type(word: &str) -> bool {
    contains(CONNECTION_TYPES, word)
}

/// Statuses of a share agreement.
pub(crate) const AGREEMENT_STATUSES: [&str; 5] = ["active", "paused", "cancelled", "deleted", "expired"];

/// Share levels.
pub(crate) const SHARE_LEVELS: [&str; 2] = ["read", "read_write"];

/// Statuses of a provider.
pub(crate) const TSP_STATUSES: [&str; 3] = ["active", "inactive", "deleted"];

/// Keys of a fleet's properties.
pub(crate) const FLEET_PROPERTIES: [&str; 3] = ["dot_number", "location", "type"];

/// Keys of a partner's properties.
pub(crate) const PARTNER_PROPERTIES: [&str; 11] = [
    "default_failure_redirect_url",
    "default_success_redirect_url",
    "default_callback_url",
    "default_invitation_expires_in_hours",
    "contract_signed",
    "contract_url",
    "contract_started_at",
    "billing_model",
    "billing_day_of_month",
    "account_status",
    "notes",
];

/// Categories of partners.
pub(crate) const PARTNER_CATEGORIES: [&str; 11] = [
    "Maintenance & Vehicle Health",
    "Fuel, Energy & Sustainability",
    "Insurance & Risk Management",
    "Safety & Driver Performance",
    "Compliance & Legal",
    "Operations & Dispatch",
    "Visibility & Logistics",
    "Payments & Finance",
    "Workforce & HR",
    "Customer Experience & Growth",
    "Data & Connectivity",
];

/// Ways to provide credentials.
const CONNECTION_TYPES: &str = "\
access_token api_auth api_basic api_key azuga_slc bouncie client_id_secret company_access company_id database \
ez_lynk ez_lynk_access ezlogz factor_eld fleetup fleetup_slc geotab isaac motive oauth1 oauth2 oauth2_initiate \
oauth2_private_key ontime private_key s3 samsara switchboard spireon_slc sftp token tt_creds truckx_creds \
truckx_slc verizon_connect verizon_connect_slc";

/// Catena's integrations.
const SOURCES: &str = "\
ada ai_eld air_eld alfa_eld alpha_eld als anytrek_pro anytrek_classic apex_eld apollo apollocloud ascend att \
awaregps azuga bigroad bluehorse_eld blueinktech bouncie budgetgps catena_simulator captain_eld carrier_lynx \
club_eld counting_trucks_eld cyntrx digital_eld dragon_eld drive_hos driver_tech dsg_elogs dynamic_eld \
eighteighteight_eld eld_88 eld_books eld_mandate eld_mandate_prime eroad eva_eld evo_eld expressway_eld \
extreme_eld ezlogz ez_lynk factor_eld firstgate fleetcomplete fleetcompletehub fleethunt fleetsharp fleetup fm \
forwardthinking forza_eld geotab gpsinsight gpstab gpstrackit grand_eld greenlight groundhog hcss hos247 hutch \
intellishift ironman_eld isaac jjkeller kinexaiot knight_eld konexial lioneight linxup loop_eld lucid_eld \
luna_eld lytx lytxv3 mapon matrack maven mdm_eld mobilefleet moonlight_eld motion_eld motive my_drivebook \
my_logs_eld nero netradyne new_eld_world nextgen_eld nextraq omnitracs onestep ontime_eld optima orbcomm \
orient_eld panda_eld payd peak_eld peoplenet phillips_connect phoenix pop_eld prologs proride_eld \
qualitylogs_eld randmcnally rastrac raven redfox regulog_eld ridehub roadeazy rock_eld rollingtrans routemate \
royal_eld safelane samsara selectivedrive simba_eld skybitz smart_elds sparkle_eld spireon sun_eld surfsight \
swift switchboard synergy_eld teletracnavman teletracnavman_director telogis tenna thermo_king think tive \
topcompliance_eld traccar trackease_eld trackpro traclog transflo trimble truckford truckspy truckx trueroad_eld \
tt txt_eld us_fast_eld verizon_connect vista_eld vistracks vlog_eld vulcansols_eld wialon webfleet xplore_eld \
zigzag_eld zms_eld zonar zubie";

#[cfg(test)]
mod tests {

    use super::*;
    use crate::state::resources::{INTEGRATION_ONLY, RESOURCES};

    #[test]
    fn the_lists_are_the_published_ones() {
        let document = contract::orgs_document();
        let published = |name: &str| -> Vec<String> {
            serde_json::from_value(document["components"]["schemas"][name]["enum"].clone()).unwrap()
        };
        assert_eq!(sources(), published("TspEnum"));
        assert_eq!(CONNECTION_TYPES.split_ascii_whitespace().collect::<Vec<_>>(), published("ConnectionTypeEnum"));
        assert_eq!(AGREEMENT_STATUSES, *published("ShareAgreementStatusEnum"));
        assert_eq!(SHARE_LEVELS, *published("ShareLevelEnum"));
        assert_eq!(TSP_STATUSES, *published("TspStatusEnum"));
        assert_eq!(FLEET_PROPERTIES, *published("FleetPropertyKeyEnum"));
        assert_eq!(PARTNER_PROPERTIES, *published("PartnerPropertyKeyEnum"));
        assert_eq!(PARTNER_CATEGORIES, *published("PartnerCategory"));
        assert_eq!(RESOURCES, *published("ResourceEnum"));
        let mut fetched = published("IntegrationsResourceEnum");
        fetched.retain(|resource| !RESOURCES.contains(&resource.as_str()));
        assert_eq!(fetched, INTEGRATION_ONLY);
    }
}
