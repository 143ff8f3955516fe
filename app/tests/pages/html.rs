//! Reads rendered HTML.

/// Values of an attribute, in the order of the page.
pub fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What stands between the tag that holds `mark` and the next `end`.
pub fn after<'a>(html: &'a str, mark: &str, end: &str) -> &'a str {
    let rest = html.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {html}")).1;
    rest.split(end).next().unwrap_or_default()
}

/// The text of a page: without tags, without markers.
pub fn text(html: &str) -> String {
    let outside = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    outside.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
