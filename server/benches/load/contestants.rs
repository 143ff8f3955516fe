//! The servers that are measured. Each is a child process with its own port and a data directory that is removed with it.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use clap::ValueEnum;
use tempfile::TempDir;

use crate::{Failure, database, onramp, requests::SECRET, story::WEBHOOK_ID, wire::Connection};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);
const READY: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Contestant {
    /// A route that only reads and answers.
    Bare,
    /// `onramp serve`.
    Onramp,
    /// Flask under gunicorn.
    Flask,
    /// Express.
    Express,
}

impl Contestant {
    pub const ALL: [Self; 4] = [Self::Bare, Self::Onramp, Self::Flask, Self::Express];

    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare route",
            Self::Onramp => "Onramp",
            Self::Flask => "Flask",
            Self::Express => "Express",
        }
    }
}

/// Paths.
pub struct Places {
    /// Onramp's binary.
    pub onramp: PathBuf,
    /// Where the packages of Flask and Express are installed.
    pub installed: PathBuf,
    /// Where data directories are created: on a real disk, which `/tmp` often is not.
    pub data: PathBuf,
}

/// A running contestant. Dropping it kills it and removes its data.
pub struct Running {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The time from its start to its first answer, if we waited for it.
    pub started_in: Duration,
    contestant: Contestant,
    child: Child,
    dir: TempDir,
}

impl Running {
    /// Starts one with an empty database and waits until it answers.
    pub async fn start(contestant: Contestant, places: &Places) -> Result<Self, Failure> {
        let dir = tempfile::tempdir_in(&places.data)?;
        if contestant == Contestant::Onramp {
            onramp::prepare(dir.path()).await?;
        }
        Self::start_over(contestant, places, dir).await
    }

    /// Starts one with existing data and waits until it answers.
    pub async fn start_over(contestant: Contestant, places: &Places, dir: TempDir) -> Result<Self, Failure> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = command(contestant, places, dir.path(), address)?;
        let log = File::create(dir.path().join("log"))?;
        let start = Instant::now();
        // Its own process group, so that its children end with it.
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{} can't be started: {error}; run it as `make bench`", contestant.name()))?;
        let mut running = Self { address, started_in: Duration::ZERO, contestant, child, dir };
        while !running.answers().await {
            if let Some(status) = running.child.try_wait()? {
                return Err(running.complaint(&format!("ended with {status}")).into());
            }
            if start.elapsed() > PATIENCE {
                return Err(running.complaint("doesn't answer").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        running.started_in = start.elapsed();
        Ok(running)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("onramp.db")
    }

    /// Kills it and checks that each of the `acks` deliveries that it answered with 202 is in its database.
    pub async fn end(mut self, acks: usize) -> Result<(), Failure> {
        self.kill()?;
        if self.contestant == Contestant::Bare {
            return Ok(());
        }
        let kept = database::kept(&self.database()).await?;
        if kept < acks {
            let found = format!("answered 202 to {acks} deliveries and kept {kept} of them");
            return Err(self.complaint(&found).into());
        }
        Ok(())
    }

    /// Kills it and returns its data.
    pub fn stop(mut self) -> Result<TempDir, Failure> {
        self.kill()?;
        // What `self` still holds is removed with it, but that is an empty directory.
        let empty = tempfile::tempdir_in(self.dir.path().parent().unwrap_or(self.dir.path()))?;
        Ok(std::mem::replace(&mut self.dir, empty))
    }

    async fn answers(&self) -> bool {
        let Ok(mut connection) = Connection::open(self.address).await else { return false };
        match connection.send(READY).await {
            Ok(status) => status == 200 || self.contestant != Contestant::Onramp,
            Err(_) => false,
        }
    }

    fn complaint(&self, what: &str) -> String {
        let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        let last = log.lines().rev().take(15).collect::<Vec<_>>();
        let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
        format!("{} {what}. Its last words:\n{last}", self.contestant.name())
    }

    fn kill(&mut self) -> Result<(), Failure> {
        let group = format!("-{}", self.child.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A process that was already killed no longer has a group.
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.kill();
        }
    }
}

fn command(contestant: Contestant, places: &Places, dir: &Path, address: SocketAddr) -> Result<Command, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/contestants");
    let database = dir.join("onramp.db");
    let mut command = match contestant {
        Contestant::Bare => {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg("--bare-route").arg(address.to_string());
            command
        }
        Contestant::Onramp => onramp::command(&places.onramp, dir, address),
        Contestant::Flask => {
            let mut command = Command::new(places.installed.join("flask/bin/gunicorn"));
            command
                .args(["--workers", "2", "--threads", "8", "--keep-alive", "75", "--log-level", "warning"])
                .args(["--bind", &address.to_string(), "app:app"])
                .current_dir(source.join("flask"))
                .env("PYTHONDONTWRITEBYTECODE", "1");
            command
        }
        Contestant::Express => {
            let mut command = Command::new("node");
            command.arg(places.installed.join("express/app.js")).env("NODE_ENV", "production");
            command.env("PORT", address.port().to_string());
            command
        }
    };
    if matches!(contestant, Contestant::Flask | Contestant::Express) {
        command.env("DATABASE", database).env("WEBHOOK_ID", WEBHOOK_ID.to_string()).env("WEBHOOK_SECRET", SECRET);
    }
    Ok(command)
}
