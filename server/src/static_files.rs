//! The site files that `scripts/site` builds: CSS, WASM, and the contents of `public`.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    http::{HeaderValue, header},
    response::Response,
};
use leptos::config::LeptosOptions;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

/// The prefix of the file names, as `scripts/site` writes them.
const NAME: &str = "onramp";
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Where the site files are, and their names.
#[derive(Debug, Clone)]
pub struct Site {
    /// File name of the stylesheet below `/pkg`.
    pub stylesheet: String,
    /// For the hydration scripts; `None` without site files, when pages work without scripts.
    pub hydration: Option<LeptosOptions>,
    dir: Option<PathBuf>,
}

impl Site {
    /// A site without files, as in tests. Pages are complete but have no style and no scripts.
    pub fn none() -> Self {
        Self { stylesheet: format!("{NAME}.css"), hydration: None, dir: None }
    }

    /// Finds the site files: in `dir`, next to the binary, next to its folder, or in `target/site`. The first folder with a `pkg`
    /// wins; without any, this is [`none`](Self::none).
    pub fn find(dir: Option<&Path>) -> Self {
        let exe_dir = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let beside = exe_dir.iter().flat_map(|dir| [dir.join("site"), dir.join("../site")]);
        let candidates = dir.map(Path::to_owned).into_iter().chain(beside).chain([PathBuf::from("target/site")]);
        let Some(dir) = candidates.into_iter().find(|dir| dir.join("pkg").is_dir()) else { return Self::none() };
        // Hashed names change with the content, so browsers may cache them forever.
        let hashes = exe_dir.and_then(|dir| std::fs::read_to_string(dir.join("hash.txt")).ok());
        let hash = |kind: &str| {
            let line = hashes.as_deref()?.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'))?;
            Some(line.trim().to_owned())
        };
        let stylesheet = hash("css").map_or_else(|| format!("{NAME}.css"), |hash| format!("{NAME}.{hash}.css"));
        let options = LeptosOptions::builder()
            .output_name(NAME)
            .site_root(dir.to_string_lossy().into_owned())
            .site_pkg_dir("pkg")
            .hash_files(hashes.is_some())
            .build();
        Self { stylesheet, hydration: Some(options), dir: Some(dir) }
    }

    /// Whether there are site files.
    pub fn is_found(&self) -> bool {
        self.dir.is_some()
    }

    /// Routes for the files, which `scripts/site` has compressed.
    pub fn router(&self) -> Router {
        let Some(dir) = &self.dir else { return Router::new() };
        let pkg = ServeDir::new(dir).precompressed_gzip().precompressed_br();
        let favicon = ServeFile::new(dir.join("favicon.svg"));
        // A file that is missing now, in the middle of an upgrade for example, may be there later.
        let cached = |value: HeaderValue| {
            let header_value = move |response: &Response| {
                let is_missing = response.status().is_client_error() || response.status().is_server_error();
                Some(if is_missing { NO_STORE } else { value.clone() })
            };
            SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, header_value)
        };
        Router::new()
            .route_service("/pkg/{*path}", pkg)
            .layer(cached(IMMUTABLE))
            .merge(Router::new().route_service("/favicon.svg", favicon).layer(cached(A_DAY)))
    }
}
