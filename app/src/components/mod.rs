//! What pages share: the document around a page, form fields, badges. May depend on `domain` and on nothing else of ours.

mod document;
mod text_area;

pub use document::{Document, PublicDocument, Visit};
pub use text_area::TextArea;
