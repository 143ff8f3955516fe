//! What sign-ins and uploads take of the machine's memory, and give back.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{Client, StatusCode, header, redirect::Policy};

use crate::process::{EMAIL, PASSWORD, Process, add_operator, until};

/// Megabytes that the process has of the machine's memory.
fn resident(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).build().unwrap()
}

/// Signs in and returns the session's cookie.
async fn sign_in(client: &Client, process: &Process, email: &str, password: &str) -> (StatusCode, Option<String>) {
    let request = client.post(format!("{}/login", process.url)).header("sec-fetch-site", "same-origin");
    let answer = request.form(&[("email", email), ("password", password)]).send().await.unwrap();
    let cookie = answer.headers().get(header::SET_COOKIE).map(|line| line.to_str().unwrap());
    (answer.status(), cookie.and_then(|line| line.split(';').next()).map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_sign_ins_take_less_than_64_megabytes() {
    let data = tempfile::tempdir().unwrap();
    add_operator(data.path()).await;
    let process = Process::start(data.path(), "127.0.0.1:0", None).await;
    let client = client();
    let before = resident(&process);
    for round in 0..5 {
        let strangers = (0..4).map(|stranger| {
            let (client, process, email) = (&client, &process, format!("{round}-{stranger}@example.com"));
            async move { sign_in(client, process, &email, "a wrong password").await.0 }
        });
        let staff = (0..2).map(|_| async { sign_in(&client, &process, EMAIL, PASSWORD).await.0 });
        let (strangers, staff) = tokio::join!(futures::future::join_all(strangers), futures::future::join_all(staff));
        assert!(strangers.iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY), "{strangers:?}");
        assert!(staff.iter().all(|status| *status == StatusCode::SEE_OTHER), "{staff:?}");
    }
    let after = resident(&process);
    println!("30 sign-ins: {before} MB before, {after} MB after");
    assert!(after < before + 64, "{before} MB before, {after} MB after");
    process.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_uploads_at_once_give_their_memory_back() {
    let data = tempfile::tempdir().unwrap();
    add_operator(data.path()).await;
    let process = Process::start(data.path(), "127.0.0.1:0", None).await;
    let client = client();
    let cookie = sign_in(&client, &process, EMAIL, PASSWORD).await.1.unwrap();
    // 12 MB in 30,000 rows.
    let name = "x".repeat(390);
    let rows = (0..30_000).fold(String::new(), |rows, row| rows + &format!("F-{row},{name}\n"));
    let body = format!(
        "--BORDER\r\ncontent-disposition: form-data; name=\"file\"; filename=\"fleets.csv\"\r\n\r\n\
         fleet_ref,fleet_name\n{rows}\r\n--BORDER--\r\n"
    );
    let body = Bytes::from(body);
    let before = resident(&process);
    let uploads = (0..12).map(|_| async {
        let request = client.post(format!("{}/invitations/import", process.url)).header(header::COOKIE, &cookie);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=BORDER");
        request.header("sec-fetch-site", "same-origin").body(body.clone()).send().await.unwrap().status()
    });
    let mut highest = 0;
    let mut all = Box::pin(futures::future::join_all(uploads));
    let statuses = loop {
        tokio::select! {
            statuses = &mut all => break statuses,
            () = tokio::time::sleep(Duration::from_millis(20)) => highest = highest.max(resident(&process)),
        }
    };
    drop(all);
    let fine = |status: &StatusCode| matches!(*status, StatusCode::SEE_OTHER | StatusCode::SERVICE_UNAVAILABLE);
    assert!(statuses.iter().all(fine) && statuses.contains(&StatusCode::SEE_OTHER), "{statuses:?}");
    let after = until("the memory to be given back", async || {
        let after = resident(&process);
        (after < before + 64).then_some(after)
    })
    .await;
    println!("12 uploads of 12 MB: {before} MB before, {highest} MB at most, {after} MB after");
    assert!(highest < before + 256, "{before} MB before, {highest} MB at most");
    process.kill().await;
}
