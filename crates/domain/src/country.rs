//! Countries as ISO 3166 assigns them: what Catena accepts as a fleet's country (CONTRACT.md 13.17), with the time zones its trucks
//! usually work in and the days its offices are closed.

/// The two days of the week when offices are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weekend {
    /// Nearly everywhere.
    SaturdaySunday,
    /// Much of the Arab world, Bangladesh, Israel, the Maldives.
    FridaySaturday,
    /// Afghanistan, Iran.
    ThursdayFriday,
}

impl Weekend {
    /// Whether `day` belongs to it.
    pub fn contains(self, day: time::Weekday) -> bool {
        use time::Weekday as W;
        match self {
            Self::SaturdaySunday => matches!(day, W::Saturday | W::Sunday),
            Self::FridaySaturday => matches!(day, W::Friday | W::Saturday),
            Self::ThursdayFriday => matches!(day, W::Thursday | W::Friday),
        }
    }
}

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 alpha-3, capitals.
    pub code: &'static str,
    /// Its usual English name.
    pub name: &'static str,
    zones: &'static str,
}

impl Country {
    /// Names of its usual time zones in the IANA database, from west to east. Overseas parts have codes of their own, and
    /// remote islands are left out.
    pub fn zones(&self) -> impl Iterator<Item = &'static str> {
        self.zones.split(' ').filter(|zone| !zone.is_empty())
    }

    /// When its offices are closed.
    pub fn weekend(&self) -> Weekend {
        const FRIDAY_SATURDAY: &str = "BGD BHR DZA EGY IRQ ISR JOR KWT LBY MDV OMN PSE QAT SAU SDN SYR YEM";
        const THURSDAY_FRIDAY: &str = "AFG IRN";
        let among = |list: &str| list.split(' ').any(|code| code == self.code);
        if among(FRIDAY_SATURDAY) {
            Weekend::FridaySaturday
        } else if among(THURSDAY_FRIDAY) {
            Weekend::ThursdayFriday
        } else {
            Weekend::SaturdaySunday
        }
    }
}

/// The country with this code, in any case.
pub fn by_code(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(code.trim()))
}

/// Where Catena's fleets are from, most of them: offered first.
pub const NORTH_AMERICA: [&str; 3] = ["USA", "CAN", "MEX"];

/// All but [`NORTH_AMERICA`], by name.
pub fn others_by_name() -> Vec<&'static Country> {
    let mut others: Vec<_> = COUNTRIES.iter().filter(|country| !NORTH_AMERICA.contains(&country.code)).collect();
    others.sort_by_key(|country| plain(country.name));
    others
}

/// A name without the accents that a list in English is not sorted by.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            'Å' => 'A',
            'ç' => 'c',
            'é' => 'e',
            'ô' => 'o',
            other => other,
        })
        .collect()
}

const fn country(code: &'static str, name: &'static str, zones: &'static str) -> Country {
    Country { code, name, zones }
}

/// Every assigned code, in alphabetical order.
pub static COUNTRIES: [Country; 249] = [
    country("ABW", "Aruba", "America/Aruba"),
    country("AFG", "Afghanistan", "Asia/Kabul"),
    country("AGO", "Angola", "Africa/Luanda"),
    country("AIA", "Anguilla", "America/Anguilla"),
    country("ALA", "Åland Islands", "Europe/Mariehamn"),
    country("ALB", "Albania", "Europe/Tirane"),
    country("AND", "Andorra", "Europe/Andorra"),
    country("ARE", "United Arab Emirates", "Asia/Dubai"),
    country("ARG", "Argentina", "America/Argentina/Buenos_Aires"),
    country("ARM", "Armenia", "Asia/Yerevan"),
    country("ASM", "American Samoa", "Pacific/Pago_Pago"),
    country("ATA", "Antarctica", "Antarctica/McMurdo"),
    country("ATF", "French Southern Territories", "Indian/Kerguelen"),
    country("ATG", "Antigua and Barbuda", "America/Antigua"),
    country(
        "AUS",
        "Australia",
        "Australia/Perth Australia/Darwin Australia/Adelaide Australia/Brisbane Australia/Sydney",
    ),
    country("AUT", "Austria", "Europe/Vienna"),
    country("AZE", "Azerbaijan", "Asia/Baku"),
    country("BDI", "Burundi", "Africa/Bujumbura"),
    country("BEL", "Belgium", "Europe/Brussels"),
    country("BEN", "Benin", "Africa/Porto-Novo"),
    country("BES", "Caribbean Netherlands", "America/Kralendijk"),
    country("BFA", "Burkina Faso", "Africa/Ouagadougou"),
    country("BGD", "Bangladesh", "Asia/Dhaka"),
    country("BGR", "Bulgaria", "Europe/Sofia"),
    country("BHR", "Bahrain", "Asia/Bahrain"),
    country("BHS", "Bahamas", "America/Nassau"),
    country("BIH", "Bosnia and Herzegovina", "Europe/Sarajevo"),
    country("BLM", "Saint Barthélemy", "America/St_Barthelemy"),
    country("BLR", "Belarus", "Europe/Minsk"),
    country("BLZ", "Belize", "America/Belize"),
    country("BMU", "Bermuda", "Atlantic/Bermuda"),
    country("BOL", "Bolivia", "America/La_Paz"),
    country("BRA", "Brazil", "America/Rio_Branco America/Manaus America/Sao_Paulo"),
    country("BRB", "Barbados", "America/Barbados"),
    country("BRN", "Brunei", "Asia/Brunei"),
    country("BTN", "Bhutan", "Asia/Thimphu"),
    country("BVT", "Bouvet Island", "Europe/Oslo"),
    country("BWA", "Botswana", "Africa/Gaborone"),
    country("CAF", "Central African Republic", "Africa/Bangui"),
    country(
        "CAN",
        "Canada",
        "America/Vancouver America/Edmonton America/Winnipeg America/Toronto America/Halifax America/St_Johns",
    ),
    country("CCK", "Cocos (Keeling) Islands", "Indian/Cocos"),
    country("CHE", "Switzerland", "Europe/Zurich"),
    country("CHL", "Chile", "America/Santiago"),
    country("CHN", "China", "Asia/Shanghai"),
    country("CIV", "Côte d’Ivoire", "Africa/Abidjan"),
    country("CMR", "Cameroon", "Africa/Douala"),
    country("COD", "Congo (Kinshasa)", "Africa/Kinshasa Africa/Lubumbashi"),
    country("COG", "Congo (Brazzaville)", "Africa/Brazzaville"),
    country("COK", "Cook Islands", "Pacific/Rarotonga"),
    country("COL", "Colombia", "America/Bogota"),
    country("COM", "Comoros", "Indian/Comoro"),
    country("CPV", "Cabo Verde", "Atlantic/Cape_Verde"),
    country("CRI", "Costa Rica", "America/Costa_Rica"),
    country("CUB", "Cuba", "America/Havana"),
    country("CUW", "Curaçao", "America/Curacao"),
    country("CXR", "Christmas Island", "Indian/Christmas"),
    country("CYM", "Cayman Islands", "America/Cayman"),
    country("CYP", "Cyprus", "Asia/Nicosia"),
    country("CZE", "Czechia", "Europe/Prague"),
    country("DEU", "Germany", "Europe/Berlin"),
    country("DJI", "Djibouti", "Africa/Djibouti"),
    country("DMA", "Dominica", "America/Dominica"),
    country("DNK", "Denmark", "Europe/Copenhagen"),
    country("DOM", "Dominican Republic", "America/Santo_Domingo"),
    country("DZA", "Algeria", "Africa/Algiers"),
    country("ECU", "Ecuador", "America/Guayaquil"),
    country("EGY", "Egypt", "Africa/Cairo"),
    country("ERI", "Eritrea", "Africa/Asmara"),
    country("ESH", "Western Sahara", "Africa/El_Aaiun"),
    country("ESP", "Spain", "Atlantic/Canary Europe/Madrid"),
    country("EST", "Estonia", "Europe/Tallinn"),
    country("ETH", "Ethiopia", "Africa/Addis_Ababa"),
    country("FIN", "Finland", "Europe/Helsinki"),
    country("FJI", "Fiji", "Pacific/Fiji"),
    country("FLK", "Falkland Islands", "Atlantic/Stanley"),
    country("FRA", "France", "Europe/Paris"),
    country("FRO", "Faroe Islands", "Atlantic/Faroe"),
    country("FSM", "Micronesia", "Pacific/Chuuk Pacific/Pohnpei"),
    country("GAB", "Gabon", "Africa/Libreville"),
    country("GBR", "United Kingdom", "Europe/London"),
    country("GEO", "Georgia", "Asia/Tbilisi"),
    country("GGY", "Guernsey", "Europe/Guernsey"),
    country("GHA", "Ghana", "Africa/Accra"),
    country("GIB", "Gibraltar", "Europe/Gibraltar"),
    country("GIN", "Guinea", "Africa/Conakry"),
    country("GLP", "Guadeloupe", "America/Guadeloupe"),
    country("GMB", "Gambia", "Africa/Banjul"),
    country("GNB", "Guinea-Bissau", "Africa/Bissau"),
    country("GNQ", "Equatorial Guinea", "Africa/Malabo"),
    country("GRC", "Greece", "Europe/Athens"),
    country("GRD", "Grenada", "America/Grenada"),
    country("GRL", "Greenland", "America/Nuuk"),
    country("GTM", "Guatemala", "America/Guatemala"),
    country("GUF", "French Guiana", "America/Cayenne"),
    country("GUM", "Guam", "Pacific/Guam"),
    country("GUY", "Guyana", "America/Guyana"),
    country("HKG", "Hong Kong", "Asia/Hong_Kong"),
    country("HMD", "Heard and McDonald Islands", "Indian/Kerguelen"),
    country("HND", "Honduras", "America/Tegucigalpa"),
    country("HRV", "Croatia", "Europe/Zagreb"),
    country("HTI", "Haiti", "America/Port-au-Prince"),
    country("HUN", "Hungary", "Europe/Budapest"),
    country("IDN", "Indonesia", "Asia/Jakarta Asia/Makassar Asia/Jayapura"),
    country("IMN", "Isle of Man", "Europe/Isle_of_Man"),
    country("IND", "India", "Asia/Kolkata"),
    country("IOT", "British Indian Ocean Territory", "Indian/Chagos"),
    country("IRL", "Ireland", "Europe/Dublin"),
    country("IRN", "Iran", "Asia/Tehran"),
    country("IRQ", "Iraq", "Asia/Baghdad"),
    country("ISL", "Iceland", "Atlantic/Reykjavik"),
    country("ISR", "Israel", "Asia/Jerusalem"),
    country("ITA", "Italy", "Europe/Rome"),
    country("JAM", "Jamaica", "America/Jamaica"),
    country("JEY", "Jersey", "Europe/Jersey"),
    country("JOR", "Jordan", "Asia/Amman"),
    country("JPN", "Japan", "Asia/Tokyo"),
    country("KAZ", "Kazakhstan", "Asia/Almaty"),
    country("KEN", "Kenya", "Africa/Nairobi"),
    country("KGZ", "Kyrgyzstan", "Asia/Bishkek"),
    country("KHM", "Cambodia", "Asia/Phnom_Penh"),
    country("KIR", "Kiribati", "Pacific/Tarawa"),
    country("KNA", "Saint Kitts and Nevis", "America/St_Kitts"),
    country("KOR", "South Korea", "Asia/Seoul"),
    country("KWT", "Kuwait", "Asia/Kuwait"),
    country("LAO", "Laos", "Asia/Vientiane"),
    country("LBN", "Lebanon", "Asia/Beirut"),
    country("LBR", "Liberia", "Africa/Monrovia"),
    country("LBY", "Libya", "Africa/Tripoli"),
    country("LCA", "Saint Lucia", "America/St_Lucia"),
    country("LIE", "Liechtenstein", "Europe/Vaduz"),
    country("LKA", "Sri Lanka", "Asia/Colombo"),
    country("LSO", "Lesotho", "Africa/Maseru"),
    country("LTU", "Lithuania", "Europe/Vilnius"),
    country("LUX", "Luxembourg", "Europe/Luxembourg"),
    country("LVA", "Latvia", "Europe/Riga"),
    country("MAC", "Macao", "Asia/Macau"),
    country("MAF", "Saint Martin (French part)", "America/Marigot"),
    country("MAR", "Morocco", "Africa/Casablanca"),
    country("MCO", "Monaco", "Europe/Monaco"),
    country("MDA", "Moldova", "Europe/Chisinau"),
    country("MDG", "Madagascar", "Indian/Antananarivo"),
    country("MDV", "Maldives", "Indian/Maldives"),
    country("MEX", "Mexico", "America/Tijuana America/Hermosillo America/Mexico_City America/Cancun"),
    country("MHL", "Marshall Islands", "Pacific/Majuro"),
    country("MKD", "North Macedonia", "Europe/Skopje"),
    country("MLI", "Mali", "Africa/Bamako"),
    country("MLT", "Malta", "Europe/Malta"),
    country("MMR", "Myanmar", "Asia/Yangon"),
    country("MNE", "Montenegro", "Europe/Podgorica"),
    country("MNG", "Mongolia", "Asia/Hovd Asia/Ulaanbaatar"),
    country("MNP", "Northern Mariana Islands", "Pacific/Saipan"),
    country("MOZ", "Mozambique", "Africa/Maputo"),
    country("MRT", "Mauritania", "Africa/Nouakchott"),
    country("MSR", "Montserrat", "America/Montserrat"),
    country("MTQ", "Martinique", "America/Martinique"),
    country("MUS", "Mauritius", "Indian/Mauritius"),
    country("MWI", "Malawi", "Africa/Blantyre"),
    country("MYS", "Malaysia", "Asia/Kuala_Lumpur"),
    country("MYT", "Mayotte", "Indian/Mayotte"),
    country("NAM", "Namibia", "Africa/Windhoek"),
    country("NCL", "New Caledonia", "Pacific/Noumea"),
    country("NER", "Niger", "Africa/Niamey"),
    country("NFK", "Norfolk Island", "Pacific/Norfolk"),
    country("NGA", "Nigeria", "Africa/Lagos"),
    country("NIC", "Nicaragua", "America/Managua"),
    country("NIU", "Niue", "Pacific/Niue"),
    country("NLD", "Netherlands", "Europe/Amsterdam"),
    country("NOR", "Norway", "Europe/Oslo"),
    country("NPL", "Nepal", "Asia/Kathmandu"),
    country("NRU", "Nauru", "Pacific/Nauru"),
    country("NZL", "New Zealand", "Pacific/Auckland"),
    country("OMN", "Oman", "Asia/Muscat"),
    country("PAK", "Pakistan", "Asia/Karachi"),
    country("PAN", "Panama", "America/Panama"),
    country("PCN", "Pitcairn", "Pacific/Pitcairn"),
    country("PER", "Peru", "America/Lima"),
    country("PHL", "Philippines", "Asia/Manila"),
    country("PLW", "Palau", "Pacific/Palau"),
    country("PNG", "Papua New Guinea", "Pacific/Port_Moresby"),
    country("POL", "Poland", "Europe/Warsaw"),
    country("PRI", "Puerto Rico", "America/Puerto_Rico"),
    country("PRK", "North Korea", "Asia/Pyongyang"),
    country("PRT", "Portugal", "Atlantic/Azores Europe/Lisbon"),
    country("PRY", "Paraguay", "America/Asuncion"),
    country("PSE", "Palestine", "Asia/Hebron"),
    country("PYF", "French Polynesia", "Pacific/Tahiti"),
    country("QAT", "Qatar", "Asia/Qatar"),
    country("REU", "Réunion", "Indian/Reunion"),
    country("ROU", "Romania", "Europe/Bucharest"),
    country("RUS", "Russia", "Europe/Moscow Asia/Yekaterinburg Asia/Novosibirsk Asia/Vladivostok"),
    country("RWA", "Rwanda", "Africa/Kigali"),
    country("SAU", "Saudi Arabia", "Asia/Riyadh"),
    country("SDN", "Sudan", "Africa/Khartoum"),
    country("SEN", "Senegal", "Africa/Dakar"),
    country("SGP", "Singapore", "Asia/Singapore"),
    country("SGS", "South Georgia", "Atlantic/South_Georgia"),
    country("SHN", "Saint Helena", "Atlantic/St_Helena"),
    country("SJM", "Svalbard and Jan Mayen", "Arctic/Longyearbyen"),
    country("SLB", "Solomon Islands", "Pacific/Guadalcanal"),
    country("SLE", "Sierra Leone", "Africa/Freetown"),
    country("SLV", "El Salvador", "America/El_Salvador"),
    country("SMR", "San Marino", "Europe/San_Marino"),
    country("SOM", "Somalia", "Africa/Mogadishu"),
    country("SPM", "Saint Pierre and Miquelon", "America/Miquelon"),
    country("SRB", "Serbia", "Europe/Belgrade"),
    country("SSD", "South Sudan", "Africa/Juba"),
    country("STP", "São Tomé and Príncipe", "Africa/Sao_Tome"),
    country("SUR", "Suriname", "America/Paramaribo"),
    country("SVK", "Slovakia", "Europe/Bratislava"),
    country("SVN", "Slovenia", "Europe/Ljubljana"),
    country("SWE", "Sweden", "Europe/Stockholm"),
    country("SWZ", "Eswatini", "Africa/Mbabane"),
    country("SXM", "Sint Maarten (Dutch part)", "America/Lower_Princes"),
    country("SYC", "Seychelles", "Indian/Mahe"),
    country("SYR", "Syria", "Asia/Damascus"),
    country("TCA", "Turks and Caicos Islands", "America/Grand_Turk"),
    country("TCD", "Chad", "Africa/Ndjamena"),
    country("TGO", "Togo", "Africa/Lome"),
    country("THA", "Thailand", "Asia/Bangkok"),
    country("TJK", "Tajikistan", "Asia/Dushanbe"),
    country("TKL", "Tokelau", "Pacific/Fakaofo"),
    country("TKM", "Turkmenistan", "Asia/Ashgabat"),
    country("TLS", "Timor-Leste", "Asia/Dili"),
    country("TON", "Tonga", "Pacific/Tongatapu"),
    country("TTO", "Trinidad and Tobago", "America/Port_of_Spain"),
    country("TUN", "Tunisia", "Africa/Tunis"),
    country("TUR", "Türkiye", "Europe/Istanbul"),
    country("TUV", "Tuvalu", "Pacific/Funafuti"),
    country("TWN", "Taiwan", "Asia/Taipei"),
    country("TZA", "Tanzania", "Africa/Dar_es_Salaam"),
    country("UGA", "Uganda", "Africa/Kampala"),
    country("UKR", "Ukraine", "Europe/Kyiv"),
    country("UMI", "U.S. Outlying Islands", "Pacific/Wake"),
    country("URY", "Uruguay", "America/Montevideo"),
    country("USA", "United States", "America/Los_Angeles America/Denver America/Chicago America/New_York"),
    country("UZB", "Uzbekistan", "Asia/Tashkent"),
    country("VAT", "Vatican City", "Europe/Vatican"),
    country("VCT", "Saint Vincent and the Grenadines", "America/St_Vincent"),
    country("VEN", "Venezuela", "America/Caracas"),
    country("VGB", "British Virgin Islands", "America/Tortola"),
    country("VIR", "U.S. Virgin Islands", "America/St_Thomas"),
    country("VNM", "Vietnam", "Asia/Ho_Chi_Minh"),
    country("VUT", "Vanuatu", "Pacific/Efate"),
    country("WLF", "Wallis and Futuna", "Pacific/Wallis"),
    country("WSM", "Samoa", "Pacific/Apia"),
    country("YEM", "Yemen", "Asia/Aden"),
    country("ZAF", "South Africa", "Africa/Johannesburg"),
    country("ZMB", "Zambia", "Africa/Lusaka"),
    country("ZWE", "Zimbabwe", "Africa/Harare"),
];

#[cfg(test)]
mod tests {
    use time::Weekday;

    use super::*;

    #[test]
    fn codes_are_distinct_three_letters_in_order_and_each_has_a_name_and_a_zone() {
        for pair in COUNTRIES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} {}", pair[0].code, pair[1].code);
        }
        for country in &COUNTRIES {
            assert!(country.code.len() == 3 && country.code.bytes().all(|b| b.is_ascii_uppercase()));
            assert!(!country.name.is_empty() && country.zones().count() >= 1, "{}", country.code);
        }
    }

    #[test]
    fn a_code_is_found_in_any_case_and_nothing_else_is() {
        assert_eq!(by_code(" usa ").map(|country| country.name), Some("United States"));
        for none in ["", "US", "XXX", "United States"] {
            assert_eq!(by_code(none), None, "{none}");
        }
    }

    #[test]
    fn the_list_by_name_holds_each_country_once_beside_those_offered_first() {
        let others = others_by_name();
        assert_eq!(others.len() + NORTH_AMERICA.len(), COUNTRIES.len());
        let place = |code: &str| others.iter().position(|country| country.code == code);
        assert!(place("AFG") < place("ALA") && place("ALA") < place("ALB"), "accents don't go last");
        assert!(place("REU") < place("ROU") && place("CIV") < place("HRV"));
    }

    #[test]
    fn weekends_are_those_of_the_country() {
        let table = [
            ("USA", Weekday::Saturday, true),
            ("USA", Weekday::Friday, false),
            ("SAU", Weekday::Friday, true),
            ("SAU", Weekday::Sunday, false),
            ("ARE", Weekday::Sunday, true),
            ("IRN", Weekday::Thursday, true),
        ];
        for (code, day, want) in table {
            assert_eq!(by_code(code).unwrap().weekend().contains(day), want, "{code} {day}");
        }
    }
}
