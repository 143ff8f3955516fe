//! One page of a list: how many rows it has, and where the others are.

use app::components::Paging;

/// Rows on a page.
const ROWS: u32 = 50;
/// Rows to ask for: one more than is shown tells whether there is another page.
pub(crate) const ASKED: u32 = ROWS + 1;

/// Leaves the rows of one page. `first` is the address of the first page, where this isn't it; `behind` gives the address of the
/// page behind a row.
pub(crate) fn cut<T>(rows: &mut Vec<T>, first: Option<String>, behind: impl FnOnce(&T) -> String) -> Paging {
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    Paging { first, next: rows.last().filter(|_| more).map(behind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(rows: u32) -> (usize, Option<String>) {
        let mut rows: Vec<u32> = (1..=rows).collect();
        let paging = cut(&mut rows, None, |last| format!("behind {last}"));
        (rows.len(), paging.next)
    }

    #[test]
    fn a_page_is_followed_by_another_exactly_where_rows_are_left() {
        assert_eq!(cut_of(0), (0, None));
        assert_eq!(cut_of(ROWS), (50, None));
        assert_eq!(cut_of(ASKED), (50, Some("behind 50".into())));
    }
}
