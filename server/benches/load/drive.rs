//! The two kinds of load. Closed: each connection sends its next request when the last one is answered, which shows the most that
//! a server can do. Open: requests are due at a fixed rate whatever the server does, as in real life.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, task::JoinSet};

use crate::{Failure, requests::Request, schedule::Schedule, wire::Connection};

/// The result of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The latency of each request that was answered with 202.
    pub times: Vec<Duration>,
    /// The number of requests that were answered with another status, or whose connection broke.
    pub failed: usize,
    /// The time from the first request to the last answer.
    pub elapsed: Duration,
}

impl Outcome {
    /// Requests answered with 202 per second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "millions at most")]
        let acks = self.times.len() as f64;
        acks / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn add(&mut self, result: std::io::Result<u16>, time: Duration) -> bool {
        match result {
            Ok(202) => self.times.push(time),
            _ => self.failed += 1,
        }
        result.is_ok()
    }

    async fn gather(mut tasks: JoinSet<Result<Self, Failure>>, start: Instant) -> Result<Self, Failure> {
        let mut all = Self::default();
        while let Some(one) = tasks.join_next().await {
            let one = one??;
            all.times.extend(one.times);
            all.failed += one.failed;
        }
        all.elapsed = start.elapsed();
        Ok(all)
    }
}

/// A supply of distinct requests, some of which may already have been sent.
pub struct Load {
    address: SocketAddr,
    requests: Arc<Vec<Request>>,
    sent: Arc<AtomicUsize>,
}

impl Load {
    /// None of these requests has been sent yet.
    pub fn new(address: SocketAddr, requests: &Arc<Vec<Request>>) -> Self {
        Self { address, requests: requests.clone(), sent: Arc::default() }
    }

    /// Sends as fast as answers arrive, over this many connections, for this long or until no request is left. With `again`, requests
    /// are reused instead.
    pub async fn closed(&self, connections: usize, time: Duration, again: bool) -> Result<Outcome, Failure> {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(self.address).await?);
        }
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for mut connection in open {
            let (address, requests, sent) = (self.address, self.requests.clone(), self.sent.clone());
            tasks.spawn(async move {
                let mut outcome = Outcome::default();
                while start.elapsed() < time {
                    let index = sent.fetch_add(1, Ordering::Relaxed);
                    let index = if again { index % requests.len() } else { index };
                    let Some(request) = requests.get(index) else { break };
                    let begun = Instant::now();
                    if !outcome.add(connection.send(&request.wire).await, begun.elapsed()) {
                        connection = Connection::open(address).await?;
                    }
                }
                Ok(outcome)
            });
        }
        Outcome::gather(tasks, start).await
    }

    /// Sends `count` requests, or those that are left or due within `longest`, at a fixed rate, each over the next free connection.
    /// Latency counts from the time when a request was due.
    pub async fn open(
        &self,
        connections: usize,
        count: usize,
        schedule: Schedule,
        longest: Duration,
    ) -> Result<Outcome, Failure> {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(self.address).await?);
        }
        let first = self.sent.load(Ordering::Relaxed);
        let count = count.min(self.requests.len().saturating_sub(first));
        if count == 0 {
            return Err("no requests are left to send".into());
        }
        let due = Arc::new(Semaphore::new(0));
        let start = Instant::now();
        // A separate thread, because the runtime's timers have a resolution of one millisecond.
        let pacer = std::thread::spawn({
            let due = Arc::downgrade(&due);
            move || pace(&due, count, schedule, start, longest)
        });
        let mut tasks = JoinSet::new();
        for mut connection in open {
            let (address, requests, sent) = (self.address, self.requests.clone(), self.sent.clone());
            let due = due.clone();
            tasks.spawn(async move {
                let mut outcome = Outcome::default();
                while let Ok(turn) = due.acquire().await {
                    turn.forget();
                    let index = sent.fetch_add(1, Ordering::Relaxed);
                    let was_due = start + schedule.due(index - first);
                    let Some(request) = requests.get(index) else { break };
                    if !outcome.add(connection.send(&request.wire).await, was_due.elapsed()) {
                        connection = Connection::open(address).await?;
                    }
                    if index + 1 == first + count {
                        due.close();
                    }
                }
                Ok(outcome)
            });
        }
        let outcome = Outcome::gather(tasks, start).await;
        pacer.join().map_err(|_| "the thread that keeps the pace panicked")?;
        outcome
    }
}

/// Makes requests due until all are, the longest time is over, or no sender is left.
fn pace(due: &Weak<Semaphore>, count: usize, schedule: Schedule, start: Instant, longest: Duration) {
    let mut released = 0;
    while let Some(due) = due.upgrade().filter(|_| released < count) {
        if start.elapsed() >= longest {
            due.close();
            return;
        }
        let fallen = schedule.fallen_due(start.elapsed()).min(count);
        due.add_permits(fallen - released);
        released = fallen;
        drop(due);
        std::thread::sleep(schedule.due(released).saturating_sub(start.elapsed()));
    }
}
