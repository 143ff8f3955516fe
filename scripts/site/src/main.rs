//! Makes the files a browser loads. Run from the root of the repository:
//!
//! ```text
//! site full|quick WASM FOLDER
//! ```
//!
//! `WASM` is what Cargo built from `app` for the browser; `FOLDER` is where the binary of the server is. The program replaces
//! `FOLDER/site` and `FOLDER/hash.txt`, where Onramp looks for them. A `quick` site is for a browser on the same machine: the
//! WASM is left large, and nothing is compressed.

mod compress;
mod css;
mod named;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use named::Named;
use wasm_bindgen_cli_support::Bindgen;

/// First part of every file name; `server` asks for the same one.
const NAME: &str = "onramp";
const STYLE: &str = "style/main.css";
/// Files copied as they are.
const PUBLIC: &str = "public";

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.as_slice() {
        [kind, wasm, folder] if kind == Path::new("full") => build(Kind::Full, wasm, folder),
        [kind, wasm, folder] if kind == Path::new("quick") => build(Kind::Quick, wasm, folder),
        _ => bail!("usage: site full|quick WASM FOLDER (scripts/build.sh runs it as it must be run)"),
    }
}

/// For whom the files are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For browsers anywhere: as small as can be.
    Full,
    /// For a browser on this machine: soon there.
    Quick,
}

/// Builds beside the old site first, so that a failure leaves the old one whole.
fn build(kind: Kind, wasm: &Path, folder: &Path) -> Result<()> {
    let (site, new) = (folder.join("site"), folder.join("site.new"));
    remove(&new)?;
    let pkg = new.join("pkg");
    fs::create_dir_all(&pkg).with_context(|| format!("creating {}", pkg.display()))?;

    // First what takes no time and is most often wrong.
    let css = css::bundle(Path::new(STYLE))?.into_bytes();
    let (js, mut wasm) = bindings(wasm)?;
    if kind == Kind::Full {
        wasm = optimize(&wasm, &pkg)?;
    }
    let files = [("js", js), ("wasm", wasm), ("css", css)].map(|(kind, content)| Named::new(NAME, kind, content));
    for file in &files {
        write(&pkg.join(&file.name), &file.content)?;
    }
    copy_all(Path::new(PUBLIC), &new)?;
    if kind == Kind::Full {
        compress::all_in(&new)?;
    }

    remove(&site)?;
    fs::rename(&new, &site).with_context(|| format!("moving {} to {}", new.display(), site.display()))?;
    write(&folder.join("hash.txt"), named::hash_file(&files).as_bytes())
}

/// The JavaScript around the WASM, and the WASM that fits it.
fn bindings(input: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name(NAME).web(true)?;
    let mut output = bindgen.generate_output().with_context(|| {
        format!(
            "making JavaScript for {}: if the versions differ, give wasm-bindgen-cli-support in scripts/site/Cargo.toml the version \
             of wasm-bindgen in Cargo.lock",
            input.display()
        )
    })?;
    let brings_js = output.snippets().values().any(|pieces| !pieces.is_empty()) || !output.local_modules().is_empty();
    if brings_js || output.start().is_some() {
        bail!(
            "a crate brings JavaScript files of its own, which scripts/site doesn't copy: write Output::snippets() and \
             Output::local_modules() to pkg/snippets in bindings()"
        );
    }
    Ok((output.js().as_bytes().to_owned(), output.wasm_mut().emit_wasm()))
}

/// The WASM made small. Work files are in `dir` only meanwhile.
fn optimize(wasm: &[u8], dir: &Path) -> Result<Vec<u8>> {
    let (large, small) = (dir.join("large.wasm"), dir.join("small.wasm"));
    write(&large, wasm)?;
    let status = Command::new("wasm-opt")
        .args(["-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"])
        .arg(&large)
        .arg("-o")
        .arg(&small)
        .status()
        .context("starting wasm-opt: scripts/tools.sh build installs it")?;
    if !status.success() {
        bail!("wasm-opt failed ({status}); what it said is above");
    }
    let wasm = fs::read(&small).with_context(|| format!("reading {}", small.display()))?;
    remove(&large)?;
    remove(&small)?;
    Ok(wasm)
}

/// Copies files and folders; refuses one called `pkg`, which would mix with what is built.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if target.exists() {
            bail!("{} has the name of a built file: rename it", source.display());
        }
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target).with_context(|| format!("creating {}", target.display()))?;
            copy_all(&source, &target)?;
        } else {
            fs::copy(&source, &target)
                .with_context(|| format!("copying {} to {}", source.display(), target.display()))?;
        }
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

/// Removes a file or a folder that may not be there.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod scratch {
    use std::{
        fs,
        path::{Path, PathBuf},
        process,
        sync::atomic::{AtomicUsize, Ordering},
    };

    /// A new folder, removed when the test ends. Not from `tempfile`, whose features would have most crates built a second time.
    pub struct Scratch(PathBuf);

    impl Scratch {
        pub fn new() -> Self {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let name = format!("onramp-site-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let dir = std::env::temp_dir().join(name);
            fs::create_dir(&dir).unwrap();
            Self(dir)
        }

        pub fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scratch::Scratch;

    #[test]
    fn copies_folders_and_refuses_the_name_of_a_built_file() {
        let dir = Scratch::new();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        fs::create_dir_all(from.join("icons")).unwrap();
        fs::create_dir_all(to.join("pkg")).unwrap();
        fs::write(from.join("icons/a.svg"), "<svg/>").unwrap();
        copy_all(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("icons/a.svg")).unwrap(), "<svg/>");

        fs::create_dir(from.join("pkg")).unwrap();
        fs::remove_dir_all(to.join("icons")).unwrap();
        let error = copy_all(&from, &to).unwrap_err();
        assert!(error.to_string().contains("rename it"), "{error}");
    }

    #[test]
    fn removes_what_may_not_be_there() {
        let dir = Scratch::new();
        let file = dir.path().join("file");
        remove(&file).unwrap();
        fs::write(&file, "").unwrap();
        remove(&file).unwrap();
        assert!(!file.exists());
    }
}
