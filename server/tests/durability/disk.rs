//! A full disk, and one that rejects writes: Onramp asks Catena to send again, and recovers without a restart.

use std::{io::Write as _, path::Path, process::Command};

use reqwest::{Client, StatusCode};

use crate::{
    catena::{STORY, Stories, client, send},
    process::{EMAIL, PASSWORD, Process, add_operator, subscribe, until},
};

/// What a sender saw.
struct Sender {
    client: Client,
    stories: Stories,
    next: usize,
    acknowledged: usize,
}

impl Sender {
    fn new() -> Self {
        Self { client: client(), stories: Stories::read(), next: 0, acknowledged: 0 }
    }

    /// Sends the next event once. Whatever the disk does, the answer is 202 or 503.
    async fn send(&mut self, process: &Process) -> StatusCode {
        let fleet = u32::try_from(self.next / STORY.len()).unwrap();
        let event = self.stories.event(fleet, self.next % STORY.len());
        let status = send(&self.client, &process.url, &event).await.expect("an answer");
        assert!(matches!(status, StatusCode::ACCEPTED | StatusCode::SERVICE_UNAVAILABLE), "answered {status}");
        if status == StatusCode::ACCEPTED {
            self.acknowledged += 1;
            self.next += 1;
        }
        status
    }

    async fn send_until(&mut self, process: &Process, wanted: StatusCode) {
        for _ in 0..5_000 {
            if self.send(process).await == wanted {
                return;
            }
        }
        panic!("{wanted} never came");
    }

    /// Waits until everything that was acknowledged is on a timeline.
    async fn processed(&self, process: &Process) {
        let want = format!("onramp_deliveries_processed_total{{state=\"processed\"}} {}\n", self.acknowledged);
        until("everything acknowledged to be processed", async || {
            let text = metrics(&self.client, process).await;
            (text.contains(&want) && text.contains("onramp_inbox_waiting 0\n") && !text.contains("state=\"parked\"} 1"))
                .then_some(())
        })
        .await;
    }
}

/// Shell commands that give a process its own disk of this many `megabytes`, with the content of `from`. `None` if this machine
/// doesn't allow it.
fn small_disk(from: &Path, at: &Path, megabytes: u32) -> Option<String> {
    let mount = format!("mount -t tmpfs -o size={megabytes}m tmpfs {}", at.display());
    let words = |unshare: &str| {
        format!("exec {unshare} sh -c '{mount} && cp {}/* {} && exec \"$0\"'", from.display(), at.display())
    };
    ["unshare --mount", "unshare --map-root-user --mount"].into_iter().find_map(|unshare| {
        let probe = Command::new("sh").arg("-c").arg(format!("{unshare} {mount}")).output().ok()?;
        probe.status.success().then(|| words(unshare))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_answered_with_503_and_heals_without_a_restart() {
    let (data, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    subscribe(data.path()).await;
    add_operator(data.path()).await;
    let Some(wrapper) = small_disk(data.path(), disk.path(), 6) else {
        // A person's machine may forbid it; CI must not pass without having tested.
        assert!(
            std::env::var_os("CI").is_none(),
            "mounting a small disk needs `unshare --mount`, which this machine forbids"
        );
        eprintln!("NOT TESTED HERE: mounting a small disk needs `unshare --mount`, which this machine forbids");
        return;
    };
    let process = Process::start(disk.path(), "127.0.0.1:0", Some(&wrapper)).await;
    let mut sender = Sender::new();
    for _ in 0..20 {
        assert_eq!(sender.send(&process).await, StatusCode::ACCEPTED);
    }
    sender.processed(&process).await;
    let filler = format!("/proc/{}/root{}/filler", process.id(), disk.path().display());
    let mut file = std::fs::File::create(&filler).unwrap();
    let error = loop {
        if let Err(error) = file.write_all(&[0; 4_096]) {
            break error;
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    drop(file);
    sender.send_until(&process, StatusCode::SERVICE_UNAVAILABLE).await;
    let unready = unready(&sender.client, &process).await;
    assert!(unready.contains("the disk of the database is full"), "{unready}");
    // A session takes less room than a delivery, so some may still fit.
    let page = until("a sign-in that can't be stored", async || {
        let sign_in = sender.client.post(format!("{}/login", process.url)).header("sec-fetch-site", "same-origin");
        let sign_in = sign_in.form(&[("email", EMAIL), ("password", PASSWORD)]).send().await.unwrap();
        let status = sign_in.status();
        assert!(!status.is_client_error() && status != StatusCode::INTERNAL_SERVER_ERROR, "{status}");
        let page = sign_in.text().await.unwrap();
        (status == StatusCode::SERVICE_UNAVAILABLE).then_some(page)
    })
    .await;
    assert!(page.contains("Not available right now"), "a page, not nothing: {page:?}");
    std::fs::remove_file(&filler).unwrap();
    sender.send_until(&process, StatusCode::ACCEPTED).await;
    sender.processed(&process).await;
    process.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_refuses_writes_is_answered_with_503_and_heals_without_a_restart() {
    let data = tempfile::tempdir().unwrap();
    subscribe(data.path()).await;
    // A file size limit of zero acts like a disk that became read-only while the database was open: reads work, writes fail.
    let process = Process::start(data.path(), "127.0.0.1:0", Some("trap '' XFSZ; exec")).await;
    let mut sender = Sender::new();
    for _ in 0..20 {
        assert_eq!(sender.send(&process).await, StatusCode::ACCEPTED);
    }
    limit_files(&process, "0");
    sender.send_until(&process, StatusCode::SERVICE_UNAVAILABLE).await;
    unready(&sender.client, &process).await;
    let page = sender.client.get(format!("{}/login", process.url)).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK, "what only reads goes on");
    limit_files(&process, "unlimited");
    sender.send_until(&process, StatusCode::ACCEPTED).await;
    sender.processed(&process).await;
    process.kill().await;
}

/// What `/readyz` says once it is not ready.
async fn unready(client: &Client, process: &Process) -> String {
    until("it to be not ready", async || {
        let answer = client.get(format!("{}/readyz", process.url)).send().await.unwrap();
        let unready = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
        let text = answer.text().await.unwrap();
        unready.then_some(text)
    })
    .await
}

fn limit_files(process: &Process, soft: &str) {
    let mut prlimit = Command::new("prlimit");
    prlimit.arg("--pid").arg(process.id().to_string()).arg(format!("--fsize={soft}:unlimited"));
    assert!(prlimit.status().unwrap().success());
}

async fn metrics(client: &Client, process: &Process) -> String {
    client.get(format!("{}/metrics", process.url)).send().await.unwrap().text().await.unwrap()
}
