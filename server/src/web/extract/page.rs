//! One page of a list: how many rows it has, and where the other pages are.

use app::components::Paging;

/// Rows on a page.
const ROWS: u32 = 50;
/// Rows to load: one more than is shown tells whether there is another page.
pub(crate) const ROWS_TO_LOAD: u32 = ROWS + 1;

/// Cuts the loaded rows to one page. `first` is the address of the first page unless this is it; `after` returns the address of
/// the page after a row.
pub(crate) fn cut<T>(rows: &mut Vec<T>, first: Option<String>, after: impl FnOnce(&T) -> String) -> Paging {
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    Paging { first, next: rows.last().filter(|_| more).map(after) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(rows: u32) -> (usize, Option<String>) {
        let mut rows: Vec<u32> = (1..=rows).collect();
        let paging = cut(&mut rows, None, |last| format!("after {last}"));
        (rows.len(), paging.next)
    }

    #[test]
    fn there_is_a_next_page_only_if_rows_are_left() {
        assert_eq!(cut_of(0), (0, None));
        assert_eq!(cut_of(ROWS), (50, None));
        assert_eq!(cut_of(ROWS_TO_LOAD), (50, Some("after 50".into())));
    }
}
