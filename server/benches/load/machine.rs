//! Describes the machine that the numbers were measured on.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use platform::clock::{Clock as _, SystemClock};

use crate::{
    Failure,
    figures::{millis, percentile},
};

/// The number of measured writes.
const SYNCS: usize = 200;
/// The bytes in each write: one page of SQLite.
const PAGE: [u8; 4_096] = [1; 4_096];

/// Processor, memory, system, compiler, date, load, and how long the disk takes for the sync that every durable commit waits for.
pub fn describe(data: &Path) -> Result<String, Failure> {
    let today = SystemClock.now().date();
    let cores = std::thread::available_parallelism()?;
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| format!(", {} GB of memory", kib / 1_000_000));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown");
    let sync = sync_time(data)?;
    Ok(format!(
        "Measured on {today}: {cpu}, {cores} cores{memory}; {os} {kernel}, {rustc}, Node.js {node}, {python}. Load average before \
         the start: {load}. Making one page durable (write and `fdatasync`) takes this disk {sync:.2} ms.\n",
        os = std::env::consts::OS,
        kernel = kernel.trim(),
        rustc = said("rustc", "--version"),
        node = said("node", "--version"),
        python = said("python3", "--version"),
    ))
}

/// The first value of `name` in a file of `name : value` lines.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let (_, value) = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn sync_time(data: &Path) -> Result<f64, Failure> {
    let dir = tempfile::tempdir_in(data)?;
    let mut file = File::create(dir.path().join("sync"))?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(millis(percentile(&times, 50.0)))
}

/// Resident memory of a process in megabytes: `VmRSS` for now, `VmHWM` for its peak. Linux only.
pub fn memory(process: u32, name: &str) -> Option<f64> {
    let text = field(&format!("/proc/{process}/status"), name)?;
    let kib: u32 = text.split(' ').next()?.parse().ok()?;
    Some(f64::from(kib) * 1_024.0 / 1_000_000.0)
}

/// Processor time that a process group has used so far. Linux only.
pub fn processor_time(group: u32) -> Option<Duration> {
    let stats =
        fs::read_dir("/proc").ok()?.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    let ticks = stats.filter_map(|stat| {
        // The name comes before the last bracket and may contain anything.
        let fields = stat.rsplit_once(')')?.1.split_whitespace().collect::<Vec<_>>();
        let in_group = fields.get(2)?.parse() == Ok(group);
        let used = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        in_group.then_some(used)
    });
    // Linux reports hundredths of a second to user space.
    Some(Duration::from_millis(10 * ticks.sum::<u64>()))
}

/// How long to wait before measuring an idle process.
pub const SETTLE: Duration = Duration::from_secs(3);
