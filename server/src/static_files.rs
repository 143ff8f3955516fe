//! The site files that `scripts/site` makes: style, WASM, and what lies in `public`.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    http::{HeaderValue, header},
};
use leptos::config::LeptosOptions;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

/// What the names of the site files start with, as `scripts/site` writes them.
const NAME: &str = "onramp";
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Where the site files are and what they are called.
#[derive(Debug, Clone)]
pub struct Site {
    /// File name of the style sheet below `/pkg`.
    pub stylesheet: String,
    /// What the hydration scripts need to know; none if the site files aren't there, when pages work without script.
    pub hydration: Option<LeptosOptions>,
    dir: Option<PathBuf>,
}

impl Site {
    /// A site without files, as in tests: pages are complete, without style and script.
    pub fn none() -> Self {
        Self { stylesheet: format!("{NAME}.css"), hydration: None, dir: None }
    }

    /// Finds the site files: where it is said, else beside the binary, beside its folder, or below the current directory.
    pub fn find(said: Option<&Path>) -> Self {
        let exe_dir = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let beside = exe_dir.iter().flat_map(|dir| [dir.join("site"), dir.join("../site")]);
        let candidates = said.map(Path::to_owned).into_iter().chain(beside).chain([PathBuf::from("target/site")]);
        let Some(dir) = candidates.into_iter().find(|dir| dir.join("pkg").is_dir()) else { return Self::none() };
        // Hashed names change with their content, so browsers may keep them for ever.
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

    /// Routes for the files, compressed beforehand.
    pub fn router(&self) -> Router {
        let Some(dir) = &self.dir else { return Router::new() };
        let pkg = ServeDir::new(dir).precompressed_gzip().precompressed_br();
        let favicon = ServeFile::new(dir.join("favicon.svg"));
        let cached = |value: HeaderValue| SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, value);
        Router::new()
            .route_service("/pkg/{*path}", pkg)
            .layer(cached(IMMUTABLE))
            .merge(Router::new().route_service("/favicon.svg", favicon).layer(cached(A_DAY)))
    }
}
