//! Files compressed beforehand, best and slowest, so that the server need not do it for each request.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// Puts `FILE.br` and `FILE.gz` beside every file in a folder and in the folders in it.
pub fn all_in(dir: &Path) -> Result<()> {
    // Listed first: what is written below isn't compressed again.
    let entries: Vec<_> =
        fs::read_dir(dir).and_then(Iterator::collect).with_context(|| format!("reading {}", dir.display()))?;
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            all_in(&path)?;
            continue;
        }
        let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        for (ending, compressed) in [("br", brotli(&content)?), ("gz", gzip(&content)?)] {
            let mut beside = path.clone().into_os_string();
            beside.push(format!(".{ending}"));
            fs::write(&beside, compressed).with_context(|| format!("writing {}", Path::new(&beside).display()))?;
        }
    }
    Ok(())
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, size_hint: content.len(), ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &params)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn every_file_is_compressed_once_and_reads_as_before() {
        let dir = Scratch::new();
        let text = "a { color: red }\n".repeat(100);
        fs::create_dir(dir.path().join("pkg")).unwrap();
        fs::write(dir.path().join("pkg/a.css"), &text).unwrap();
        all_in(dir.path()).unwrap();

        let mut names: Vec<_> =
            fs::read_dir(dir.path().join("pkg")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.css", "a.css.br", "a.css.gz"]);

        let br = fs::read(dir.path().join("pkg/a.css.br")).unwrap();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*br, &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());
        assert!(br.len() < text.len() / 10);

        let gz = fs::read(dir.path().join("pkg/a.css.gz")).unwrap();
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&*gz).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
    }
}
