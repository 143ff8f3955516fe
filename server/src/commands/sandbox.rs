//! `onramp sandbox`: the stand-in of Catena by itself, so that any software of a partner can be tried against it.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use super::{Failure, say, serve::wait_for_signal};
use crate::{
    config::{CliArgs, SANDBOX_CLIENT},
    static_files::Site,
    telemetry::log,
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
    /// Draw ids, tokens, secrets and chance from this number: the same calls come to the same ones again.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Begin with 200 made-up fleets in every stage and health, unless the file holds some already.
    #[arg(long)]
    demo: bool,
    /// SQLite file to keep everything in; without one it is gone when the sandbox ends.
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
        format!("--listen: {address} can't be listened on: {error}. Choose another port, or stop what uses it.")
    })?;
    let base_url = cli.public_url(listener.local_addr()?)?;
    let site = Site::find(cli.site_dir.as_deref());
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
    let app: Router = sandbox.router().merge(site.router());
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

/// Says where everything is, and what to type first. The secret is no secret: it opens this sandbox alone.
fn greet(base: &Url, client_id: &str, client_secret: &str) {
    let base = base.as_str().trim_end_matches('/');
    say(format_args!("Sandbox: a stand-in of Catena at {base}; nothing reaches Catena."));
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
    say("An Onramp against it:");
    say(format_args!(
        "  CATENA_API_URL={base} CATENA_AUTH_URL={base}/realms/catena CATENA_CLIENT_ID={client_id} \
         CATENA_CLIENT_SECRET={client_secret} onramp"
    ));
}
