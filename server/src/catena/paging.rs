//! Lists that come in pages (CONTRACT.md 4).

use std::{borrow::Cow, collections::HashSet, marker::PhantomData};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    call::{Call, Parts},
    client::Catena,
    error::{CatenaError, Side},
};

/// Both envelopes: `total` and the ways back are not needed.
#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    #[serde(default)]
    next_page: Option<String>,
}

/// A list that is fetched page by page, for those who can't hold all of it.
pub struct Pages<T> {
    catena: Catena,
    call: &'static Call,
    filter: Vec<(&'static str, String)>,
    next: Next,
    seen: HashSet<String>,
    item: PhantomData<fn() -> T>,
}

enum Next {
    First,
    At(String),
    End,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(catena: &Catena, call: &'static Call, filter: Vec<(&'static str, String)>) -> Self {
        Self { catena: catena.clone(), call, filter, next: Next::First, seen: HashSet::new(), item: PhantomData }
    }

    /// The next page's items; none after the last page. After an error the same page can be asked for again.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, CatenaError> {
        let mut query = self.filter.clone();
        match &self.next {
            Next::First => {}
            Next::At(cursor) => query.push(("cursor", cursor.clone())),
            Next::End => return Ok(None),
        }
        let page: Page<T> = self.catena.json(self.call, &Parts::query(query)).await?;
        self.next = match page.next_page.as_deref().map(plain_cursor) {
            None => Next::End,
            Some(cursor) if cursor.is_empty() => Next::End,
            Some(cursor) => {
                if !self.seen.insert(cursor.clone()) {
                    let problem = "its pages run in a circle".to_owned();
                    return Err(CatenaError::UnexpectedAnswer { side: Side::Api, status: 200, problem });
                }
                Next::At(cursor)
            }
        };
        Ok(Some(page.items))
    }

    /// Everything that is left.
    pub async fn all(mut self) -> Result<Vec<T>, CatenaError> {
        let mut all = Vec::new();
        while let Some(items) = self.next().await? {
            all.extend(items);
        }
        Ok(all)
    }
}

/// Cursors come percent-encoded, and writing the query encodes them again: so they are decoded once
/// (CONTRACT.md trap 13). One that came plain stays as it is: no cursor in base64 holds a percent sign.
fn plain_cursor(cursor: &str) -> String {
    percent_decode_str(cursor).decode_utf8().unwrap_or(Cow::Borrowed(cursor)).into_owned()
}
