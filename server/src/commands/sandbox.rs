//! `onramp sandbox`: only the stand-in for Catena, so that partners can test other software against it.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use super::{
    Failure,
    data::{lock, tighten_database},
    say,
    serve::wait_for_signal,
};
use crate::{
    config::{CliArgs, SANDBOX_CLIENT},
    static_files::Site,
    telemetry::log,
    web::middleware::host::{for_us_alone, naming_a_host},
};
use platform::{
    clock::{SharedClock, SystemClock},
    http_server::{Limits, serve},
    random::{SharedRandom, SystemRandom},
};
use sandbox::{DEFAULT_TOKEN_LIFETIME, Sandbox, SandboxSettings};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on.
    #[arg(long, env = "ONRAMP_LISTEN", default_value = "127.0.0.1:4010", value_name = "ADDRESS")]
    listen: String,
    /// Seed for ids, tokens, secrets, and chance: with the same seed, the same calls have the same results.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Start with 200 made-up fleets in every stage and health, unless the file has fleets already.
    #[arg(long)]
    demo: bool,
    /// SQLite file to store everything in. Without it, everything is lost when the sandbox stops.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Client id that the token endpoint accepts.
    #[arg(long, default_value = SANDBOX_CLIENT.0, value_name = "ID")]
    client_id: String,
    /// Client secret that the token endpoint accepts.
    #[arg(long, default_value = SANDBOX_CLIENT.1, value_name = "SECRET")]
    client_secret: String,
}

pub(super) async fn run(cli: CliArgs, args: Args) -> Result<(), Failure> {
    log::start(cli.log_format()?);
    let address = CliArgs { listen: args.listen.clone(), ..cli.clone() }.listen()?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("--listen: can't listen on {address}: {error}. Choose another port, or stop the program that uses it.")
    })?;
    let public_url = cli.public_url(listener.local_addr()?)?;
    let base_url = public_url.as_url().clone();
    let site = Site::find(cli.site_dir.as_deref());
    // The state is in memory and written to the file: of two sandboxes, one would undo what the other did.
    let _lock = args.data.as_deref().map(|file| lock("--data", file, file)).transpose()?;
    if let Some(file) = &args.data {
        tighten_database(file);
    }
    let settings = SandboxSettings {
        base_url: base_url.clone(),
        client_id: args.client_id.clone(),
        client_secret: args.client_secret.clone(),
        data: args.data,
        seed: args.seed,
        scopes: cli.scopes()?,
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        retry_waits: SandboxSettings::default_retry_waits(),
        longest_delay: SandboxSettings::DEFAULT_LONGEST_DELAY,
        stylesheet: site.stylesheet.clone(),
    };
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let sandbox = Sandbox::open(settings, clock, random).await?;
    if args.demo {
        sandbox.ensure_demo();
    }
    let app: Router = for_us_alone(sandbox.router(), &public_url, &site.stylesheet).merge(site.router());
    let app = naming_a_host(app);
    let (closing, stopping, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    tasks.spawn(sandbox.run(stopping.clone()));
    greet(&base_url, &args.client_id, &args.client_secret);
    let signal = closing.clone();
    tasks.spawn(async move {
        wait_for_signal().await;
        signal.cancel();
    });
    serve(listener, app, Limits::default(), closing, TaskTracker::new()).await;
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// Prints where everything is and how to get started. The client secret isn't confidential: it works only for this sandbox.
fn greet(base: &Url, client_id: &str, client_secret: &str) {
    let base = base.as_str().trim_end_matches('/');
    say(format_args!("Sandbox: a stand-in for Catena at {base}; nothing reaches Catena."));
    say(format_args!("  API            {base}/v2"));
    say(format_args!("  Token          {base}/realms/catena/protocol/openid-connect/token"));
    say(format_args!("  Control page   {base}/sandbox"));
    say(format_args!("  Client id      {client_id}"));
    say(format_args!("  Client secret  {client_secret}"));
    say("Get a token:");
    say(format_args!(
        "  curl -s {base}/realms/catena/protocol/openid-connect/token -d grant_type=client_credentials \
         -d scope=organization -d client_id={client_id} -d client_secret={client_secret}"
    ));
    say("Run Onramp against it:");
    say(format_args!(
        "  CATENA_API_URL={base} CATENA_AUTH_URL={base}/realms/catena CATENA_CLIENT_ID={client_id} \
         CATENA_CLIENT_SECRET={client_secret} onramp"
    ));
}
