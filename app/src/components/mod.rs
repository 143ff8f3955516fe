//! What pages share: the document around a page, badges, form fields, and an onboarding in words. May depend on `domain`
//! and on nothing else of ours.

mod badge;
mod document;
mod field;
mod import_progress;
mod labels;
mod onboarding;
mod paging;
mod preview;
mod text_area;

pub use crate::components::labels::{fact_title, health_label, stage_label};
pub use badge::{HealthBadge, StageBadge};
pub use document::{Document, PublicDocument, Visit};
pub use field::{ErrorSummary, Field, Notice, NoticeKind};
pub use import_progress::{ImportBar, ImportFigure, ImportProgress};
pub use onboarding::{EntryView, MomentView, OnboardingView, StepMark, StepView};
pub use paging::{Pages, Paging};
pub use preview::{PreviewLine, PreviewLines, PreviewPart, PreviewView};
pub use text_area::TextArea;
