//! Whether Onramp works with the real Catena or with its sandbox. A forgotten variable must not turn the one into the other:
//! the sandbox's demo account and control page are open to anyone, and it would answer Catena's deliveries for good.

use std::{net::SocketAddr, path::Path};

use super::{args::CliArgs, error::ConfigError, public_url::PublicUrl, yes_or_no};

/// The database of an Onramp that works with the real Catena, in the data directory.
pub(super) const REAL_DATABASE: &str = "onramp.db";
/// The sandbox's, whose made-up fleets must never mix with real ones.
pub(super) const SANDBOX_DATABASE: &str = "onramp-sandbox.db";

/// Which Catena this is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The real one, or another stand-in whose addresses and credentials are given.
    Real,
    /// The built-in sandbox.
    Sandbox {
        /// Whether the real Catena may send here by mistake: a real Onramp has been in this data directory, or others than
        /// this machine reach the server.
        may_hear_real: bool,
    },
}

pub(super) fn mode(args: &CliArgs, listen: SocketAddr, public_url: &PublicUrl) -> Result<Mode, ConfigError> {
    let has = |value: &Option<String>| value.as_deref().is_some_and(|value| !value.is_empty());
    let asked = args.sandbox.as_deref().filter(|word| !word.is_empty());
    let asked = asked.map(|word| yes_or_no("ONRAMP_SANDBOX", word)).transpose()?;
    if has(&args.catena_client_id) {
        return match asked {
            Some(true) => Err(ConfigError::Invalid {
                setting: "ONRAMP_SANDBOX",
                problem: "it asks for the sandbox, but CATENA_CLIENT_ID is set".into(),
                fix: "Leave out one of them.",
            }),
            Some(false) | None => Ok(Mode::Real),
        };
    }
    let forgotten = |problem: String| {
        Err(ConfigError::Invalid {
            setting: "CATENA_CLIENT_ID",
            problem,
            fix: "Set it, or ask for the sandbox with --sandbox (ONRAMP_SANDBOX=yes).",
        })
    };
    let had_real = has_met_real(&args.data_dir);
    let open = !public_url.is_loopback() || !listen.ip().is_loopback();
    match asked {
        Some(false) => return forgotten("it is missing, and ONRAMP_SANDBOX says no".into()),
        None if has(&args.catena_client_secret) => {
            return forgotten("it is missing, but CATENA_CLIENT_SECRET is set".into());
        }
        None if had_real => {
            let database = args.data_dir.join(REAL_DATABASE);
            return forgotten(format!("it is missing, but {} holds real fleets", database.display()));
        }
        None if open => {
            let reached = "it is missing, and a sandbox that others than this machine reach is open to anyone";
            return forgotten(reached.into());
        }
        Some(true) | None => {}
    }
    Ok(Mode::Sandbox { may_hear_real: had_real || open })
}

fn has_met_real(data_dir: &Path) -> bool {
    data_dir.join(REAL_DATABASE).exists()
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use url::Url;

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        args: CliArgs,
    }

    const LOCAL: (&str, &str) = ("127.0.0.1:3000", "http://127.0.0.1:3000");

    fn decide(dir: &Path, (listen, public): (&str, &str), flags: &[&str]) -> Result<Mode, String> {
        // Empty values win over the environment of whoever runs the test.
        let mut line = vec!["onramp", "--data-dir", dir.to_str().unwrap()];
        for flag in ["--catena-client-id=", "--catena-client-secret=", "--sandbox="] {
            let name = flag.trim_end_matches('=');
            line.push(flags.iter().find(|given| given.starts_with(name)).copied().unwrap_or(flag));
        }
        let args = CommandLine::try_parse_from(line).map_err(|error| error.to_string()).unwrap().args;
        let public = PublicUrl::try_from(Url::parse(public).unwrap()).unwrap();
        mode(&args, listen.parse().unwrap(), &public).map_err(|error| error.to_string())
    }

    #[test]
    fn the_sandbox_starts_by_itself_on_this_machine_alone_and_elsewhere_only_if_it_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |place, flags: &[&str]| decide(dir.path(), place, flags);
        assert_eq!(mode(LOCAL, &[]), Ok(Mode::Sandbox { may_hear_real: false }));
        assert_eq!(mode(("[::1]:3000", "http://localhost:3000"), &[]), Ok(Mode::Sandbox { may_hear_real: false }));
        for place in [
            ("0.0.0.0:3000", "http://127.0.0.1:3000"),
            ("[::]:3000", "http://127.0.0.1:3000"),
            ("192.0.2.7:3000", "http://192.0.2.7:3000"),
            ("127.0.0.1:3000", "https://onramp.example.com"),
        ] {
            let line = mode(place, &[]).unwrap_err();
            assert!(line.starts_with("CATENA_CLIENT_ID: it is missing") && line.contains("--sandbox"), "{line}");
            for asked in ["--sandbox", "--sandbox=yes", "--sandbox=1"] {
                assert_eq!(mode(place, &[asked]), Ok(Mode::Sandbox { may_hear_real: true }));
            }
        }
    }

    #[test]
    fn a_directory_that_has_met_the_real_catena_does_not_turn_into_a_sandbox() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(SANDBOX_DATABASE), "").unwrap();
        assert!(decide(dir.path(), LOCAL, &[]).is_ok(), "a sandbox was there before");
        std::fs::write(dir.path().join(REAL_DATABASE), "").unwrap();
        let line = decide(dir.path(), LOCAL, &[]).unwrap_err();
        assert!(line.contains("onramp.db") && line.contains("real"), "{line}");
        assert_eq!(decide(dir.path(), LOCAL, &["--sandbox"]), Ok(Mode::Sandbox { may_hear_real: true }));
        assert_eq!(decide(dir.path(), LOCAL, &["--catena-client-id=id"]), Ok(Mode::Real));
    }

    #[test]
    fn half_of_the_credentials_or_a_contradiction_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        for (flags, setting) in [
            (&["--catena-client-secret=secret"][..], "CATENA_CLIENT_ID"),
            (&["--sandbox=no"], "CATENA_CLIENT_ID"),
            (&["--sandbox=perhaps"], "ONRAMP_SANDBOX"),
            (&["--sandbox", "--catena-client-id=id"], "ONRAMP_SANDBOX"),
        ] {
            let line = decide(dir.path(), LOCAL, flags).unwrap_err();
            assert!(line.starts_with(&format!("{setting}: ")), "{line}");
        }
        assert_eq!(decide(dir.path(), LOCAL, &["--sandbox=no", "--catena-client-id=id"]), Ok(Mode::Real));
    }
}
