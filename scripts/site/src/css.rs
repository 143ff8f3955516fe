//! One style sheet out of several, without comments and needless white space.
//!
//! `@import "file.css";` at the start of a file is replaced by that file. Properties stay as they are written: browsers that
//! need a prefix get the one in the source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

/// Reads `file` and all that it imports.
///
/// # Errors
/// A file that can't be read, is imported twice, imports after its first rule, or imports with a condition or by URL.
pub fn bundle(file: &Path) -> Result<String> {
    let mut sheet = String::new();
    append(file, &mut Vec::new(), &mut sheet)?;
    Ok(sheet)
}

fn append(file: &Path, seen: &mut Vec<PathBuf>, sheet: &mut String) -> Result<()> {
    let canonical = file.canonicalize().with_context(|| format!("finding {}", file.display()))?;
    // The order of rules decides which one wins, so a second import would be a question without an answer.
    if seen.contains(&canonical) {
        bail!("{} is imported twice: leave one @import", file.display());
    }
    seen.push(canonical);
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let text = minify(&text).with_context(|| format!("in {}", file.display()))?;
    let mut rest = text.as_str();
    while let Some(import) = rest.strip_prefix("@import") {
        let Some((path, after)) =
            import.trim_start().strip_prefix('"').and_then(|quoted| quoted.split_once('"')).and_then(
                |(path, after)| {
                    let is_file = Path::new(path).extension().is_some_and(|kind| kind == "css") && !path.contains(':');
                    Some((path, after.strip_prefix(';')?)).filter(|_| is_file)
                },
            )
        else {
            let line = import.split(';').next().unwrap_or_default();
            bail!("{}: only @import \"file.css\"; is understood, not @import{line};", file.display());
        };
        append(&file.with_file_name("").join(path), seen, sheet)
            .with_context(|| format!("imported by {}", file.display()))?;
        rest = after;
    }
    if rest.contains("@import") {
        bail!("{}: browsers ignore an @import after a rule: move it to the start of the file", file.display());
    }
    sheet.push_str(rest);
    Ok(())
}

/// Leaves out comments, and white space where it separates nothing. Strings and the inside of `url()` stay as they are.
fn minify(css: &str) -> Result<String> {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    let mut space = false;
    while let Some(c) = rest.chars().next() {
        // The piece that belongs together and is copied or left out as a whole.
        let piece = if rest.starts_with("/*") {
            let end = rest.find("*/").context("a comment has no end: add */")? + 2;
            rest = &rest[end..];
            // `a/**/b` is two words.
            space = true;
            continue;
        } else if c.is_ascii_whitespace() {
            rest = &rest[1..];
            space = true;
            continue;
        } else if c == '"' || c == '\'' {
            &rest[..end_of_string(rest, c)?]
        } else if rest.starts_with("url(") && !rest[4..].trim_start().starts_with(['"', '\'']) {
            &rest[..=rest.find(')').context("a url( has no end: add )")?]
        } else {
            &rest[..c.len_utf8()]
        };
        let separates = |c: char| matches!(c, '{' | '}' | ';' | ',');
        // A colon's left space stays: `a :hover` is not `a:hover`.
        if space && !out.is_empty() && !separates(c) && !out.ends_with(|last| separates(last) || last == ':') {
            out.push(' ');
        }
        // The last declaration of a block needs no semicolon.
        if c == '}' && out.ends_with(';') {
            out.pop();
        }
        space = false;
        out.push_str(piece);
        rest = &rest[piece.len()..];
    }
    Ok(out)
}

/// Bytes of the string with which `text` starts, its quotes included.
fn end_of_string(text: &str, quote: char) -> Result<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => break,
            c if c == quote => return Ok(at + 1),
            _ => {}
        }
    }
    let line = text.lines().next().unwrap_or_default();
    bail!("a string has no end: {line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn folder(files: &[(&str, &str)]) -> Scratch {
        let dir = Scratch::new();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn error(files: &[(&str, &str)]) -> String {
        format!("{:#}", bundle(&folder(files).path().join("main.css")).unwrap_err())
    }

    #[test]
    fn imports_come_in_order_and_from_where_the_importing_file_is() {
        let dir = folder(&[
            ("main.css", "/* all */\n@import \"a.css\";\n@import \"parts/b.css\";\nmain { top: 0 }\n"),
            ("a.css", "a { top: 1px }\n"),
            ("parts/b.css", "@import \"c.css\";\nb { top: 2px }\n"),
            ("parts/c.css", "c { top: 3px }\n"),
        ]);
        let sheet = bundle(&dir.path().join("main.css")).unwrap();
        assert_eq!(sheet, "a{top: 1px}c{top: 3px}b{top: 2px}main{top: 0}".replace(": ", ":"));
    }

    #[test]
    fn what_cannot_be_bundled_is_an_error_that_says_where() {
        let missing = error(&[("main.css", "@import \"gone.css\";")]);
        assert!(missing.contains("main.css") && missing.contains("gone.css"), "{missing}");
        let twice = error(&[("main.css", "@import \"a.css\";@import \"a.css\";"), ("a.css", "")]);
        assert!(twice.contains("a.css is imported twice"), "{twice}");
        let circle = error(&[("main.css", "@import \"a.css\";"), ("a.css", "@import \"main.css\";")]);
        assert!(circle.contains("main.css is imported twice"), "{circle}");
        let late = error(&[("main.css", "a{}\n@import \"a.css\";"), ("a.css", "")]);
        assert!(late.contains("move it to the start"), "{late}");
        for other in ["\"a.css\" print", "url(a.css)", "\"https://example.com/a.css\"", "\"a\""] {
            let error = error(&[("main.css", &format!("@import {other};")), ("a.css", "")]);
            assert!(error.contains("only @import"), "{other}: {error}");
        }
        assert!(error(&[("main.css", "a { /* b }")]).contains("a comment has no end"));
        assert!(error(&[("main.css", "a { content: \"b; }\n")]).contains("a string has no end"));
    }

    #[test]
    fn white_space_goes_where_it_separates_nothing() {
        for (written, expected) in [
            ("a {\n  color : red;\n  top: 0;\n}\n", "a{color :red;top:0}"),
            ("a  b > c,\n d :hover { }", "a b > c,d :hover{}"),
            ("a:is(b, c) { inset: 0 auto }", "a:is(b,c){inset:0 auto}"),
            (
                "@media (max-width: 40rem) and (hover) {a{top:calc(1px + 2px)}}",
                "@media (max-width:40rem) and (hover){a{top:calc(1px + 2px)}}",
            ),
            ("a/* x */b {} /* y */", "a b{}"),
        ] {
            assert_eq!(minify(written).unwrap(), expected);
        }
    }

    #[test]
    fn strings_and_addresses_stay_as_they_are() {
        for same in [
            "a{content:\" /* ;  } \\\" \"}",
            "a{content:' , '}",
            "a{background:url(data:image/svg+xml,/*  x;)}",
            "a{content:\"→  ✓\"}",
        ] {
            assert_eq!(minify(same).unwrap(), same);
        }
    }
}
