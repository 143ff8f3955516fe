//! `docs/configuration.md` says what the command line says of itself.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};
use server::commands::Cli;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");

#[test]
fn the_document_of_the_settings_is_what_the_command_line_defines() {
    let defined = document(&Cli::command());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(DOCUMENT, &defined).unwrap();
    }
    let written = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(written == defined, "docs/configuration.md is out of date: run the tests once with UPDATE_DOCS=1");
}

fn document(cli: &Command) -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         Every setting is an environment variable and a command-line flag; the flag wins. A wrong setting stops the start with\n\
         one line that names it and what to do. `onramp --help` prints the same.\n\n\
         This page is made from the command line's own definitions; a test holds it to them (`UPDATE_DOCS=1 make test` \
         writes it anew).\n\n\
         ## Settings\n\n\
         | variable | flag | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for arg in cli.get_arguments().filter(|arg| arg.get_env().is_some()) {
        let (help, default) = split_default(arg);
        let variable = arg.get_env().unwrap().to_string_lossy();
        let flag = arg.get_long().unwrap();
        let value = arg.get_value_names().unwrap()[0].as_str().to_owned();
        let between = if arg.is_require_equals_set() { '=' } else { ' ' };
        writeln!(text, "| `{variable}` | `--{flag}{between}{}` | {default} | {} |", cell(&value), cell(&help)).unwrap();
    }
    text.push_str("\n`RUST_LOG` chooses log lines (see [logging](LOGGING.md)).\n\n## Commands\n\nAll read the settings above and work while a server runs.\n\n");
    commands(cli, "onramp", &mut text);
    text
}

fn commands(command: &Command, name: &str, text: &mut String) {
    for inner in command.get_subcommands() {
        let full = format!("{name} {}", inner.get_name());
        if inner.has_subcommands() {
            commands(inner, &full, text);
            continue;
        }
        let about = inner.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(text, "### `{full}`\n\n{about}\n").unwrap();
        let arguments: Vec<&Arg> = inner.get_arguments().filter(|arg| !arg.is_global_set()).collect();
        if arguments.is_empty() {
            continue;
        }
        text.push_str("| argument | default | meaning |\n| --- | --- | --- |\n");
        for arg in arguments {
            let (help, default) = split_default(arg);
            let value = arg.get_value_names().map(|names| names[0].to_string()).unwrap_or_default();
            let shown = match arg.get_long() {
                Some(flag) if arg.get_action().takes_values() => format!("--{flag} {value}"),
                Some(flag) => format!("--{flag}"),
                None => value,
            };
            writeln!(text, "| `{}` | {default} | {} |", cell(&shown), cell(&help)).unwrap();
        }
        text.push('\n');
    }
}

/// The help of an argument and its default, which a help text may name itself in brackets.
fn split_default(arg: &Arg) -> (String, String) {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if let Some((help, default)) = help.split_once("[default: ") {
        return (help.trim().to_owned(), cell(default.trim_end_matches(']')));
    }
    // A switch has the default `false`, which says nothing.
    let defaults = arg.get_default_values();
    let default = defaults.first().filter(|_| arg.get_action().takes_values());
    (help, default.map(|default| format!("`{}`", cell(&default.to_string_lossy()))).unwrap_or_default())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
