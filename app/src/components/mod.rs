//! What several pages share: the document around a page, tables, badges, form fields, and the labels of stages and
//! facts. Depends on `domain` only.

mod badge;
mod document;
mod field;
mod import_progress;
mod labels;
mod live;
mod onboarding;
mod onboarding_status;
mod paging;
mod preview;
mod table;
mod text_area;
mod time;

pub use badge::{HealthBadge, StageBadge};
pub use document::{Document, PublicDocument, Visit};
pub use field::{ErrorSummary, Field, Notice, NoticeKind};
pub use import_progress::{ImportBar, ImportFigure, ImportProgress};
pub use labels::{fact_title, health_label, stage_label};
pub use live::{LiveStatus, NOT_LIVE, version};
pub use onboarding::{EntryView, MomentView, OnboardingView, StepMark, StepView};
pub use onboarding_status::OnboardingStatus;
pub use paging::{Pages, Paging};
pub use preview::{PreviewLine, PreviewLines, PreviewPart, PreviewView};
pub use table::{Columns, RecordTable};
pub use text_area::TextArea;
pub use time::{ExactTime, LoggedTime, RelativeTime};
