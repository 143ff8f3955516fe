//! Lists that come in pages (CONTRACT.md 4).

use std::{borrow::Cow, collections::HashSet, marker::PhantomData};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::{CatenaError, Side},
    listed::Listed,
    wire,
};

/// Fits both envelopes; `total` and the links back are not needed.
#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    next_page: Option<String>,
}

/// A list that is fetched page by page, for lists that may be too long to hold in memory.
pub struct Pages<T> {
    catena: Catena,
    call: &'static Call,
    ids: Vec<String>,
    filter: Vec<(&'static str, String)>,
    next: Next,
    seen: HashSet<String>,
    /// How many items came on earlier pages.
    before: usize,
    item: PhantomData<fn() -> T>,
}

enum Next {
    First,
    At(String),
    End,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(crate) fn new(catena: &Catena, call: &'static Call, filter: Vec<(&'static str, String)>) -> Self {
        Self::below(catena, call, &[], filter)
    }

    /// A list below the records with these ids.
    pub(crate) fn below(
        catena: &Catena,
        call: &'static Call,
        ids: &[Uuid],
        filter: Vec<(&'static str, String)>,
    ) -> Self {
        let ids = ids.iter().map(Uuid::to_string).collect();
        let (next, seen) = (Next::First, HashSet::new());
        Self { catena: catena.clone(), call, ids, filter, next, seen, before: 0, item: PhantomData }
    }

    /// Asks for pages of `size` items, 1 to 1000, instead of Catena's default, 300.
    #[must_use]
    pub fn of_size(mut self, size: u16) -> Self {
        self.filter.retain(|(name, _)| *name != "size");
        self.filter.push(("size", size.to_string()));
        self
    }

    /// Continues where another list with the same filter stopped, by its [`Self::cursor`].
    #[must_use]
    pub fn from_cursor(mut self, cursor: String) -> Self {
        self.next = Next::At(cursor);
        self
    }

    /// Where the next page begins; `None` before the first page and after the last one.
    pub fn cursor(&self) -> Option<&str> {
        match &self.next {
            Next::At(cursor) => Some(cursor),
            Next::First | Next::End => None,
        }
    }

    /// The items of the next page; `None` after the last page. After an error, call it again to retry the same page.
    ///
    /// # Errors
    ///
    /// Those of any call, and [`CatenaError::UnexpectedAnswer`] if Catena returns a cursor twice.
    pub async fn next(&mut self) -> Result<Option<Listed<T>>, CatenaError> {
        let mut query = self.filter.clone();
        match &self.next {
            Next::First => {}
            Next::At(cursor) => query.push(("cursor", cursor.clone())),
            Next::End => return Ok(None),
        }
        let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        let parts = Parts { ids: &ids, query, body: None };
        let page: Page = self.catena.json(self.call, &parts).await?;
        self.next = match page.next_page.as_deref().map(plain_cursor) {
            None => Next::End,
            Some(cursor) if cursor.is_empty() => Next::End,
            Some(cursor) => {
                if !self.seen.insert(cursor.clone()) {
                    let problem = "it returned the same page cursor twice".to_owned();
                    return Err(CatenaError::UnexpectedAnswer { side: Side::Api, status: 200, problem });
                }
                Next::At(cursor)
            }
        };
        let listed = Listed::read(&page.items, self.before);
        self.before += page.items.len();
        Ok(Some(listed))
    }

    /// All remaining items.
    pub async fn all(mut self) -> Result<Listed<T>, CatenaError> {
        let mut all = Listed::default();
        while let Some(page) = self.next().await? {
            all.append(page);
        }
        Ok(all)
    }
}

/// Cursors arrive percent-encoded, and building the query encodes them again, so they are decoded once (CONTRACT.md trap 13). One
/// that arrives plain stays as it is: base64 has no percent sign.
fn plain_cursor(cursor: &str) -> String {
    percent_decode_str(cursor).decode_utf8().unwrap_or(Cow::Borrowed(cursor)).into_owned()
}
