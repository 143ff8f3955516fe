//! `onramp user`: manages staff.

use domain::{
    staff::{Role, check_password},
    text,
};
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};

use super::{Failure, open, say};
use crate::config::CliArgs;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a person. The password is read from standard input; without one, this prints a one-time link to set it.
    Add {
        /// E-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// administrator, operator, or viewer.
        #[arg(long, value_parser = role)]
        role: Role,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_name(word).ok_or_else(|| "write administrator, operator, or viewer".to_owned())
}

pub(super) async fn run(cli: CliArgs, command: Command) -> Result<(), Failure> {
    let Command::Add { email, role } = command;
    let email = text::email(&email)?;
    let state = open(&cli).await?;
    let password = password_from_input().await?;
    let password_hash = match password {
        Some(password) => {
            check_password(&password, &email)?;
            Some(state.passwords.hash(password).await?)
        }
        None => None,
    };
    let has_password = password_hash.is_some();
    let Some(staff) = state.accounts.add(email.clone(), role, password_hash, false).await? else {
        return Err(format!("{email} already has an account").into());
    };
    say(format_args!("{email} can now sign in as {}", role.name()));
    if !has_password {
        let link = state.accounts.issue_link(Some(staff.id)).await?;
        say(format_args!("Set the password (the link works once, within 48 hours): {link}"));
    }
    Ok(())
}

/// The first line of standard input. `None` at a terminal, which would show the password while it is typed.
async fn password_from_input() -> Result<Option<String>, Failure> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(None);
    }
    let line = BufReader::new(stdin()).lines().next_line().await?;
    Ok(line.filter(|line| !line.is_empty()))
}
