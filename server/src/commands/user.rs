//! `onramp user`.

use domain::staff::{Role, check_email, check_password};
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};

use super::{Failure, open, say};
use crate::{
    config::CliArgs,
    store::{NewStaff, StaffRow},
    web::issue_link,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a person. The password is read from standard input; without one, a one-time link to set it is printed.
    Add {
        /// E-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// administrator, operator or viewer.
        #[arg(long, value_parser = role)]
        role: Role,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_name(word).ok_or_else(|| "write administrator, operator or viewer".to_owned())
}

pub(super) async fn run(given: CliArgs, command: Command) -> Result<(), Failure> {
    let Command::Add { email, role } = command;
    let email = check_email(&email)?;
    let onramp = open(&given).await?;
    let password = password_from_input().await?;
    let password_hash = match password {
        Some(password) => {
            check_password(&password, &email)?;
            Some(onramp.passwords.hash(password).await)
        }
        None => None,
    };
    let now = onramp.clock.now();
    let has_password = password_hash.is_some();
    let row = StaffRow { id: onramp.random.uuid_v7(now), email: email.clone(), role, password_hash, demo: false };
    let id = row.id;
    if !onramp.store.add_staff(&NewStaff { row, created_at: now }).await? {
        return Err(format!("{email} is here already").into());
    }
    say(format_args!("{email} may sign in as {}", role.name()));
    if !has_password {
        let url = &onramp.settings.public_url;
        let link = issue_link(&onramp.store, &onramp.clock, &onramp.random, url, Some(id)).await?;
        say(format_args!("Set the password (works once, for 48 hours): {link}"));
    }
    Ok(())
}

/// The first line of standard input; nobody types it at a terminal, where it would be seen.
async fn password_from_input() -> Result<Option<String>, Failure> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(None);
    }
    let line = BufReader::new(stdin()).lines().next_line().await?;
    Ok(line.filter(|line| !line.is_empty()))
}
